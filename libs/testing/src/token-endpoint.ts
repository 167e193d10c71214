import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestPair } from './test-certificates.ts';

/** What a token endpoint can be made to do. */
export type TokenEndpointMood = 'well' | 'failing' | 'silent' | 'talkative' | 'wrong-key';

/** A token endpoint for OAUTHBEARER: the client credentials grant, and the keys by which brokers check its tokens. */
export interface TestTokenEndpoint {
  readonly url: string;
  /** Where brokers find the keys. */
  readonly jwksUrl: string;
  /** The form of each request so far, and who it was from. */
  readonly requests: { readonly client: string; readonly form: Readonly<Record<string, string>> }[];
  mood: TokenEndpointMood;
  /** Seconds that the tokens live. */
  lifeSeconds: number;
  close(): Promise<void>;
}

/** What {@link startTokenEndpoint} takes. */
export interface TokenEndpointOptions {
  /** Secrets by client id. */
  readonly clients: Readonly<Record<string, string>>;
  /** https when given. */
  readonly tls?: TestPair;
}

/** The audience that the tokens are for. */
export const tokenAudience = 'event-sinks-test';

const keyId = 'test';

/** Starts a token endpoint on a free port of 127.0.0.1. */
export async function startTokenEndpoint({ clients, tls }: TokenEndpointOptions): Promise<TestTokenEndpoint> {
  const right = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const wrong = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...right.publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'ES256', use: 'sig' };

  const answerToken = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { client, secret } = basicOf(request);
    const form = Object.fromEntries(new URLSearchParams(await textOf(request)));
    endpoint.requests.push({ client, form });
    if (endpoint.mood === 'silent') return;
    if (endpoint.mood === 'failing') reply(response, 500, { error: 'server_error' });
    else if (endpoint.mood === 'talkative') reply(response, 200, { access_token: 'x'.repeat(100_000) });
    else if (clients[client] !== secret) reply(response, 401, { error: 'invalid_client' });
    else {
      const { lifeSeconds } = endpoint;
      const key = endpoint.mood === 'wrong-key' ? wrong.privateKey : right.privateKey;
      const token = signToken({ subject: client, lifeSeconds, key });
      reply(response, 200, { access_token: token, token_type: 'Bearer', expires_in: lifeSeconds });
    }
  };
  const listener: RequestListener = (request, response) => {
    if (request.url === '/jwks') reply(response, 200, { keys: [jwk] });
    else void answerToken(request, response);
  };
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ cert: tls.certificate, key: tls.key }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoint: TestTokenEndpoint = {
    url: `${base}/token`,
    jwksUrl: `${base}/jwks`,
    requests: [],
    mood: 'well',
    lifeSeconds: 300,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return endpoint;
}

function signToken(token: { subject: string; lifeSeconds: number; key: KeyObject }): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: token.subject, aud: tokenAudience, iat: now, exp: now + token.lifeSeconds };
  const signed = `${part({ alg: 'ES256', kid: keyId })}.${part({ ...claims, scope: 'kafka' })}`;
  const signature = sign('sha256', Buffer.from(signed), { key: token.key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** RFC 6749, section 2.3.1: both parts are form-encoded inside HTTP Basic. */
function basicOf(request: IncomingMessage): { client: string; secret: string } {
  const encoded = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const [client = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
  return { client: decode(client), secret: decode(secret) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

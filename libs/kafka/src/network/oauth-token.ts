import { SinkError } from '@event-sinks/errors';
import { AddressNotAllowed, type AddressGuard } from '../addresses/address-guard.ts';
import { postForm, type HttpAnswer, type PostFormOptions } from './post-form.ts';
import type { KafkaOAuth } from '../credentials/security.ts';

/** Where bearer tokens come from; one for all connections with the same credentials. */
export interface TokenSource {
  /** A token that is valid for a while yet. @throws SinkError `TokenUnavailable`, `CredentialsRefused`. */
  token(): Promise<string>;
  /** Says that a broker refused a token: the next one is asked for anew. */
  forget(token: string): void;
}

/** What {@link createTokenSource} takes. */
export interface TokenSourceOptions {
  /** Authorities in PEM that the endpoint's certificate may be signed by, beside the system's own. */
  readonly ca?: string | undefined;
  /** Decides whether the endpoint's addresses may be connected to. */
  readonly addressGuard: AddressGuard;
  /** Milliseconds for one request, everything together. */
  readonly timeoutMs: number;
  /** Milliseconds; by default the process's own clock. */
  readonly now?: () => number;
  readonly post?: (options: PostFormOptions) => Promise<HttpAnswer>;
}

/** Of a token's time to live, what it is used for; the rest is for a connection that is being made. */
const usedShare = 0.8;

/** RFC 6749 recommends `expires_in` and does not demand it. */
const assumedLifeSeconds = 60;

/** A stream of events must not become a stream of requests to an endpoint that fails. */
const failurePauseMs = 1000;

interface Held {
  readonly untilMs: number;
  readonly outcome: { readonly token: string } | { readonly error: SinkError };
}

/** Tokens by the client credentials grant, kept until shortly before they expire; one request at a time. */
export function createTokenSource(oauth: KafkaOAuth, options: TokenSourceOptions): TokenSource {
  const { now = Date.now, post = postForm, addressGuard, timeoutMs, ca } = options;
  let held: Held | undefined;
  let asking: Promise<Held> | undefined;

  const ask = async (): Promise<Held> => {
    const begun = now();
    try {
      const { token, lifeSeconds } = readToken(
        await post({ ...tokenRequest(oauth), addressGuard, timeoutMs, ca }),
      );
      return { untilMs: begun + lifeSeconds * 1000 * usedShare, outcome: { token } };
    } catch (cause) {
      const error = cause instanceof SinkError ? cause : unavailable(cause);
      return { untilMs: now() + failurePauseMs, outcome: { error } };
    }
  };

  return {
    async token() {
      if (held === undefined || held.untilMs <= now()) {
        asking ??= ask().finally(() => (asking = undefined));
        held = await asking;
      }
      if ('error' in held.outcome) throw held.outcome.error;
      return held.outcome.token;
    },
    forget(token) {
      if (held !== undefined && 'token' in held.outcome && held.outcome.token === token) held = undefined;
    },
  };
}

/** The client proves itself by HTTP Basic, each part form-encoded first: RFC 6749, sections 2.3.1 and 4.4.2. */
function tokenRequest({ tokenEndpoint, clientId, clientSecret, scope }: KafkaOAuth) {
  const encode = (text: string): string => new URLSearchParams({ v: text }).toString().slice(2);
  const basic = Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64');
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scope !== undefined) form.set('scope', scope);
  return { url: tokenEndpoint, form, authorization: `Basic ${basic}` };
}

function readToken({ status, body }: HttpAnswer): { token: string; lifeSeconds: number } {
  // What the endpoint says in words is not repeated: it may quote what it was sent.
  if (status === 400 || status === 401 || status === 403)
    throw new SinkError('CredentialsRefused', {
      detail: `the token endpoint refuses the client (${status})`,
    });
  if (status !== 200)
    throw new SinkError('TokenUnavailable', { detail: `the token endpoint answers ${status}` });
  const answer = parse(body);
  const token = answer['access_token'];
  // The grammar of RFC 6750; anything else could end the field of the SASL message and begin another.
  if (typeof token !== 'string' || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token))
    throw new SinkError('TokenUnavailable', {
      detail: 'the token endpoint’s answer has no usable access_token',
    });
  const life = Number(answer['expires_in'] ?? assumedLifeSeconds);
  return { token, lifeSeconds: life > 0 ? life : 0 };
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // The parser's words quote the text, which may hold a token.
  }
  throw new SinkError('TokenUnavailable', { detail: 'the token endpoint’s answer is not a JSON object' });
}

function unavailable(cause: unknown): SinkError {
  if (cause instanceof AddressNotAllowed)
    return new SinkError('TokenEndpointNotAllowed', { detail: cause.message, cause });
  const detail = `the token endpoint gave no answer: ${cause instanceof Error ? cause.message : 'unknown'}`;
  return new SinkError('TokenUnavailable', { detail, cause });
}

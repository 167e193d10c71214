import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import { isForbiddenAddress } from './token-endpoint.ts';

/** What {@link postForm} takes. */
export interface PostFormOptions {
  readonly url: string;
  readonly form: URLSearchParams;
  readonly authorization: string;
  /** Milliseconds for everything together. */
  readonly timeoutMs: number;
  /** Authorities in PEM beside those that Node trusts anyway. */
  readonly ca?: string | undefined;
}

/** An answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A token's answer is a few kilobytes. */
const maxBodyBytes = 65_536;

/**
 * Posts a form. Redirects are not followed, and a name that leads to a forbidden address is refused: who writes a
 * Secret must not be able to send this process to the metadata service of its machine.
 * @throws Error for every failure but an answer.
 */
export async function postForm({
  url,
  form,
  authorization,
  timeoutMs,
  ca,
}: PostFormOptions): Promise<HttpAnswer> {
  const body = form.toString();
  const options = {
    method: 'POST',
    agent: false,
    lookup: guardedLookup,
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      authorization,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
    },
    ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
  } as const;
  return await new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps(url, options) : requestHttp(url, options);
    request.once('error', reject);
    request.once('response', (response) => {
      readBody(response).then((text) => {
        resolve({ status: response.statusCode ?? 0, body: text });
      }, reject);
    });
    request.end(body);
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBodyBytes) throw new Error(`an answer of more than ${maxBodyBytes} bytes`);
  }
  return Buffer.concat(chunks).toString();
}

const guardedLookup: LookupFunction = (host, options, callback) => {
  lookUp(host, options, (error, address: string | LookupAddress[], family) => {
    const found =
      typeof address === 'string'
        ? [address]
        : (address as LookupAddress[] | undefined)?.map((each) => each.address);
    const isForbidden = error === null && found?.some(isForbiddenAddress) === true;
    callback(isForbidden ? new Error('the name leads to a forbidden address') : error, address, family);
  });
};

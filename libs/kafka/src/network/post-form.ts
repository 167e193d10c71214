import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { getCACertificates } from 'node:tls';
import type { AddressGuard } from '../addresses/address-guard.ts';
import { alreadyResolved } from './already-resolved.ts';
import { withDeadline } from './deadline.ts';

/** What {@link postForm} takes. */
export interface PostFormOptions {
  readonly url: string;
  readonly form: URLSearchParams;
  readonly authorization: string;
  readonly addressGuard: AddressGuard;
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
 * Posts a form. Redirects are not followed, and the connection goes to an address that the guard has allowed: who writes a
 * Secret must not be able to send this process to the metadata service of its machine.
 * @throws AddressNotAllowed, Error for every other failure but an answer.
 */
export async function postForm({
  url,
  form,
  authorization,
  addressGuard,
  timeoutMs,
  ca,
}: PostFormOptions): Promise<HttpAnswer> {
  const body = form.toString();
  const signal = AbortSignal.timeout(timeoutMs);
  const addresses = await withDeadline(timeoutMs, addressGuard.resolve(hostOf(url)), () => {
    throw new Error(`no address within ${timeoutMs} ms`);
  });
  const options = {
    method: 'POST',
    agent: false,
    // Node does not look up a host that is an address: it connects to that, which the guard has seen.
    lookup: alreadyResolved(addresses),
    signal,
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

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

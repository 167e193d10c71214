import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Connection, Credentials } from './credentials.ts';
import { startDeadline, untilAborted, type Deadline } from './deadline.ts';
import { KubeApiError } from './kube-api-error.ts';
import { errorFromStatus } from './status-object.ts';
import { protocolError, transportError } from './transport-error.ts';

/** Query parameters; those that are undefined are left out. */
export type KubeQuery = Readonly<Record<string, string | number | boolean | undefined>>;

/** One call of the API. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with `/api`; parts that come from users are already escaped. */
  readonly path: string;
  readonly query?: KubeQuery | undefined;
  /** Anything that JSON can carry; a string or bytes are sent as they are. */
  readonly body?: unknown;
  /** `application/json` by default. */
  readonly contentType?: string | undefined;
  /** `application/json` by default. */
  readonly accept?: string | undefined;
  /** Milliseconds until the whole answer, or a stream's headers, must be there. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer with a 2xx status. */
export interface KubeResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined when the body is empty. */
  readonly body: unknown;
}

/** An answer that keeps coming; ends by an error when the connection breaks or the signal aborts. */
export interface KubeStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What {@link createTransport} takes. */
export interface TransportOptions {
  readonly credentials: Credentials;
  readonly userAgent: string;
  /** Milliseconds, for requests that set no `timeoutMs`. */
  readonly requestTimeoutMs: number;
}

/** Requests and streams, without any knowledge of resources. */
export interface Transport {
  /** Throws a `KubeApiError` for every answer other than 2xx and when there is none. */
  request(request: KubeRequest): Promise<KubeResponse>;
  stream(request: KubeRequest): Promise<KubeStream>;
}

/** More than any page or object should be; it keeps a server gone wrong from filling the memory. */
const largestAnswerBytes = 256 * 1024 * 1024;

/** Sends over undici with client-node's credentials; bodies are not passed through client-node's models. */
export function createTransport(options: TransportOptions): Transport {
  return {
    request: (request) =>
      withDeadline(options, request, async (deadline) => {
        try {
          const answer = await exchange(options, request, deadline.signal);
          return await readAnswer(answer, describe(request));
        } finally {
          deadline.release();
        }
      }),
    stream: (request) =>
      withDeadline(options, request, async (deadline) => {
        const answer = await exchange(options, request, deadline.signal);
        if (answer.statusCode >= 300) await readAnswer(answer, describe(request));
        deadline.disarm();
        return { status: answer.statusCode, headers: answer.headers, body: answer.body };
      }),
  };
}

async function withDeadline<T>(
  options: TransportOptions,
  request: KubeRequest,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(request.timeoutMs ?? options.requestTimeoutMs, request.signal);
  try {
    return await work(deadline);
  } catch (error) {
    deadline.release();
    throw transportError(error, describe(request), deadline);
  }
}

async function exchange(
  options: TransportOptions,
  request: KubeRequest,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const connection = await untilAborted(connect(options.credentials, request), signal);
  const answer = await dispatch(connection, options, request, signal);
  if (answer.statusCode !== 401) return answer;
  const renewed = await options.credentials.renew(connection).catch(() => undefined);
  if (renewed === undefined) return answer;
  await answer.body.dump();
  return dispatch(renewed, options, request, signal);
}

async function connect(credentials: Credentials, request: KubeRequest): Promise<Connection> {
  try {
    return await credentials.current();
  } catch (cause) {
    throw new KubeApiError({
      message: `${describe(request)}: the credentials cannot be loaded`,
      transport: 'credentials',
      cause,
    });
  }
}

function dispatch(
  connection: Connection,
  options: TransportOptions,
  request: KubeRequest,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const body = encodeBody(request.body);
  return connection.dispatcher.request({
    origin: connection.origin,
    path: connection.basePath + request.path + encodeQuery(request.query),
    method: request.method,
    headers: {
      accept: request.accept ?? 'application/json',
      'user-agent': options.userAgent,
      ...(body === null ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...connection.headers,
    },
    body,
    signal,
  });
}

async function readAnswer(answer: Dispatcher.ResponseData, what: string): Promise<KubeResponse> {
  const text = await readText(answer.body, what);
  const { statusCode: status, headers } = answer;
  if (status >= 300) {
    throw errorFromStatus(parseLeniently(text), {
      what,
      status,
      retryAfter: firstValue(headers['retry-after']),
    });
  }
  return { status, headers, body: text === '' ? undefined : parse(text, what) };
}

async function readText(body: AsyncIterable<unknown>, what: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > largestAnswerBytes) throw protocolError(what, 'the answer is larger than the limit');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw protocolError(what, 'the answer is not JSON', cause);
  }
}

/** Error pages of load balancers and of a starting API server are plain text. */
function parseLeniently(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 200) };
  }
}

function encodeBody(body: unknown): string | Uint8Array | null {
  if (body === undefined) return null;
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}

function encodeQuery(query: KubeQuery = {}): string {
  const parts = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function firstValue(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

function describe(request: KubeRequest): string {
  return `${request.method} ${request.path}`;
}

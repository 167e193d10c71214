import type { KubeRequest, Transport } from './transport.ts';
import { findKubeApiError } from './kube-api-error.ts';

/** One call as metrics tell of it: what was asked, never of which object. */
export interface ApiCall {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  /** The plural name, with a subresource behind a slash. */
  readonly resource: string;
  /** `429` by itself, otherwise the class; `none` when there was no answer. */
  readonly status: '2xx' | '4xx' | '429' | '5xx' | 'none';
  /** Until the whole answer, or a stream's headers, were there. */
  readonly seconds: number;
}

/** Tells of each call once it is answered or given up. */
export function observedTransport(
  transport: Transport,
  onCall: (call: ApiCall) => void,
  monotonic: () => number,
): Transport {
  const observe = async <T extends { readonly status: number }>(
    request: KubeRequest,
    isStream: boolean,
    work: Promise<T>,
  ): Promise<T> => {
    const startedAt = monotonic();
    const tell = (status: number | undefined): void => {
      const seconds = (monotonic() - startedAt) / 1_000;
      onCall({ ...callOf(request, isStream), status: statusClass(status), seconds });
    };
    try {
      const answer = await work;
      tell(answer.status);
      return answer;
    } catch (error) {
      tell(findKubeApiError(error)?.status);
      throw error;
    }
  };
  return {
    request: (request) => observe(request, false, transport.request(request)),
    stream: (request) => observe(request, true, transport.stream(request)),
  };
}

const verbs = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;

/** What a request asks for, from its path: `/api/v1` or `/apis/<group>/<version>`, then perhaps a namespace. */
export function callOf(
  { method, path }: Pick<KubeRequest, 'method' | 'path'>,
  isStream: boolean,
): Pick<ApiCall, 'verb' | 'resource'> {
  const parts = path.split('/').slice(path.startsWith('/apis/') ? 4 : 3);
  const [plural = '', name, subresource] =
    parts[0] === 'namespaces' && parts.length > 2 ? parts.slice(2) : parts;
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  if (method !== 'GET') return { verb: verbs[method], resource };
  if (isStream) return { verb: 'watch', resource };
  return { verb: name === undefined ? 'list' : 'get', resource };
}

function statusClass(status: number | undefined): ApiCall['status'] {
  if (status === undefined) return 'none';
  if (status === 429) return '429';
  if (status >= 500) return '5xx';
  return status >= 400 ? '4xx' : '2xx';
}

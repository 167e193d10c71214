import { field, isRecord, textField } from './plain-data.ts';
import type { KubeList, KubeObject } from './object.ts';
import { resourcePath, type ObjectTarget, type Resource } from './resource.ts';
import { protocolError } from './transport-error.ts';
import type { KubeRequest, Transport } from './transport.ts';
import { readWarnings } from './warnings.ts';

/** What every call may set. */
export interface CallOptions {
  /** Milliseconds for this call; the client's default when left out. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Which page of which objects. */
export interface ListOptions extends CallOptions {
  /** All namespaces when left out. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
}

/** How a write is checked. */
export interface WriteOptions extends CallOptions {
  /** Run admission and validation, store nothing. */
  readonly dryRun?: boolean | undefined;
  /** What happens to fields that the API server does not know; its default is `Warn`. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore' | undefined;
  /** What comes back: the object, or `apiVersion`, `kind` and `metadata` of it, which costs both sides less. */
  readonly answer?: 'object' | 'metadata' | undefined;
  /** Called with each warning that comes with a successful answer, such as one of Pod Security. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** Preconditions of a delete, and what becomes of the object's dependants. */
export interface DeleteOptions extends CallOptions {
  /** Refused with a conflict when an object of that name but another uid is there by now. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
}

/** An object at the version that was decided on. */
export interface VersionedTarget extends ObjectTarget {
  /** The patch is refused with a conflict when the object has changed since. */
  readonly resourceVersion: string;
}

/** The API server. Every method throws a `KubeApiError` and nothing else. */
export interface KubeClient extends Transport {
  get<T extends KubeObject>(resource: Resource<T>, target: ObjectTarget, options?: CallOptions): Promise<T>;
  /** One page. */
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<KubeList<T>>;
  /** Creates in `body.metadata.namespace`. */
  create<T extends KubeObject>(resource: Resource<T>, body: T, options?: WriteOptions): Promise<T>;
  /** Optimistic: refused with a conflict when `metadata.resourceVersion` is given and no longer current. */
  replace<T extends KubeObject>(resource: Resource<T>, body: T, options?: WriteOptions): Promise<T>;
  replaceStatus<T extends KubeObject>(resource: Resource<T>, body: T, options?: WriteOptions): Promise<T>;
  /** JSON merge patch: null removes a member, arrays are replaced whole. */
  patch<T extends KubeObject>(
    resource: Resource<T>,
    target: VersionedTarget,
    patch: Readonly<Record<string, unknown>>,
    options?: WriteOptions,
  ): Promise<T>;
  /** Merge patch of the members of `status` that are given. */
  patchStatus<T extends KubeObject>(
    resource: Resource<T>,
    target: VersionedTarget,
    status: unknown,
    options?: CallOptions,
  ): Promise<T>;
  delete(resource: Resource, target: ObjectTarget, options?: DeleteOptions): Promise<void>;
}

/** Puts the typed calls on top of a transport. */
export function createKubeClient(transport: Transport): KubeClient {
  const send = async <T extends KubeObject>(
    _resource: Resource<T>,
    request: KubeRequest,
    { onWarning }: Pick<WriteOptions, 'onWarning'> = {},
  ): Promise<T> => {
    const { body, headers } = await transport.request(request);
    if (!isRecord(body) || !isRecord(body['metadata'])) {
      throw protocolError(`${request.method} ${request.path}`, 'the answer is not a Kubernetes object');
    }
    if (onWarning !== undefined) readWarnings(headers.warning).forEach(onWarning);
    return body as T;
  };
  const put = <T extends KubeObject>(resource: Resource<T>, path: string, body: T, options?: WriteOptions) =>
    send(resource, { method: 'PUT', path, body, ...writing(options) }, options);
  const mergePatch = <T extends KubeObject>(
    resource: Resource<T>,
    path: string,
    body: unknown,
    options?: WriteOptions,
  ) =>
    send(
      resource,
      { method: 'PATCH', path, body, contentType: 'application/merge-patch+json', ...writing(options) },
      options,
    );

  return {
    ...transport,
    get: (resource, target, options) =>
      send(resource, { method: 'GET', path: resourcePath(resource, target), ...calling(options) }),
    list: async (resource, options = {}) => {
      const request = listRequest(resource, options);
      return readList(resource, (await transport.request(request)).body);
    },
    create: (resource, body, options) => {
      const path = resourcePath(resource, { namespace: body.metadata.namespace });
      return send(resource, { method: 'POST', path, body, ...writing(options) }, options);
    },
    replace: (resource, body, options) => put(resource, resourcePath(resource, body.metadata), body, options),
    replaceStatus: (resource, body, options) =>
      put(resource, resourcePath(resource, { ...nameOf(body), subresource: 'status' }), body, options),
    patch: (resource, target, patch, options) =>
      mergePatch(resource, resourcePath(resource, target), pinned(patch, target), options),
    patchStatus: (resource, target, status, options) =>
      mergePatch(
        resource,
        resourcePath(resource, { ...target, subresource: 'status' }),
        pinned({ status }, target),
        options,
      ),
    delete: async (resource, target, options = {}) => {
      await transport.request({
        method: 'DELETE',
        path: resourcePath(resource, target),
        body: deleteBody(options),
        ...calling(options),
      });
    },
  };
}

function calling(options: CallOptions = {}): Pick<KubeRequest, 'timeoutMs' | 'signal'> {
  return { timeoutMs: options.timeoutMs, signal: options.signal };
}

function writing(options: WriteOptions = {}): Pick<KubeRequest, 'timeoutMs' | 'signal' | 'query' | 'accept'> {
  const dryRun = options.dryRun === true ? 'All' : undefined;
  return {
    ...calling(options),
    query: { dryRun, fieldValidation: options.fieldValidation },
    accept: options.answer === 'metadata' ? metadataOnly : undefined,
  };
}

/** Kubernetes API concepts, "Receiving resources as PartialObjectMetadata"; plain JSON from who cannot do that. */
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

function nameOf(body: KubeObject): ObjectTarget {
  return { namespace: body.metadata.namespace, name: body.metadata.name };
}

function pinned(patch: Readonly<Record<string, unknown>>, target: VersionedTarget): unknown {
  const metadata = isRecord(patch['metadata']) ? patch['metadata'] : {};
  return { ...patch, metadata: { ...metadata, resourceVersion: target.resourceVersion } };
}

function deleteBody(options: DeleteOptions): unknown {
  const { uid, resourceVersion, propagationPolicy = 'Background' } = options;
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy,
    preconditions: { uid, resourceVersion },
  };
}

function listRequest(resource: Resource, options: ListOptions): KubeRequest {
  const { namespace, labelSelector, fieldSelector, limit, continue: token } = options;
  return {
    method: 'GET',
    path: resourcePath(resource, { namespace }),
    query: { labelSelector, fieldSelector, limit, continue: token },
    ...calling(options),
  };
}

function readList<T extends KubeObject>(resource: Resource<T>, body: unknown): KubeList<T> {
  const metadata = field(body, 'metadata');
  const resourceVersion = textField(metadata, 'resourceVersion');
  const items = field(body, 'items');
  if (resourceVersion === undefined || !Array.isArray(items)) {
    throw protocolError(`GET ${resource.plural}`, 'the answer is not a list');
  }
  // Built-in kinds leave these two out of the items of a list, and whoever reads an object relies on them.
  const apiVersion = textField(body, 'apiVersion') ?? '';
  const kind = (textField(body, 'kind') ?? '').replace(/List$/, '');
  return {
    items: items.map((item: object) => ({ apiVersion, kind, ...item }) as T),
    resourceVersion,
    continue: textField(metadata, 'continue'),
  };
}

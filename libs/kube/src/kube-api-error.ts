import { causeChain } from './cause-chain.ts';

/** Why a request has no answer: the API server's state is unknown, and a write may have happened. */
export type TransportFailure = 'timeout' | 'network' | 'tls' | 'aborted' | 'credentials' | 'protocol';

/** One entry of `details.causes` in a `Status` object. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** What a {@link KubeApiError} is made from. */
export interface KubeApiErrorFields {
  readonly message: string;
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly causes?: readonly StatusCause[] | undefined;
  readonly detailsKind?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly transport?: TransportFailure | undefined;
  readonly cause?: unknown;
}

/** A request to the API server that did not succeed: either it said no (`status`), or it said nothing (`transport`). */
export class KubeApiError extends Error {
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** `reason` of the `Status` object, such as `AlreadyExists`; empty when there was none. */
  readonly reason: string;
  readonly causes: readonly StatusCause[];
  /** `details.kind`: the kind, or the plural resource name, that the answer is about. */
  readonly detailsKind: string | undefined;
  /** Seconds, from the `Retry-After` header or from the `Status` object. */
  readonly retryAfterSeconds: number | undefined;
  readonly transport: TransportFailure | undefined;

  constructor(fields: KubeApiErrorFields) {
    super(fields.message, { cause: fields.cause });
    this.name = 'KubeApiError';
    this.status = fields.status;
    this.reason = fields.reason ?? '';
    this.causes = fields.causes ?? [];
    this.detailsKind = fields.detailsKind;
    this.retryAfterSeconds = fields.retryAfterSeconds;
    this.transport = fields.transport;
  }
}

/**
 * The first {@link KubeApiError} in the chain of causes. Looks at the name and not at `instanceof`, so that an
 * error from a second copy of this module counts too.
 */
export function findKubeApiError(error: unknown): KubeApiError | undefined {
  return causeChain(error).find(isKubeApiError);
}

function isKubeApiError(error: object): error is KubeApiError {
  return 'name' in error && error.name === 'KubeApiError';
}

/** The object, or its namespace or resource, is not there. */
export function isNotFound(error: unknown): boolean {
  return findKubeApiError(error)?.status === 404;
}

/** A create found an object of that name. */
export function isAlreadyExists(error: unknown): boolean {
  const found = findKubeApiError(error);
  return found?.status === 409 && found.reason === 'AlreadyExists';
}

/** A precondition (`resourceVersion`, `uid`) did not hold: read again, decide again. */
export function isConflict(error: unknown): boolean {
  const found = findKubeApiError(error);
  return found?.status === 409 && found.reason !== 'AlreadyExists';
}

/** The API server knows who asks and does not let them. */
export function isForbidden(error: unknown): boolean {
  return findKubeApiError(error)?.status === 403;
}

/** The resource version, or the continue token, is older than what the API server remembers. */
export function isGone(error: unknown): boolean {
  const found = findKubeApiError(error);
  return found?.status === 410 || found?.reason === 'Expired' || found?.reason === 'Gone';
}

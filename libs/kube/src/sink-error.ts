import { toSinkError as findSinkError, SinkError, type ErrorCode } from '@event-sinks/errors';
import { findKubeApiError, type KubeApiError } from './kube-api-error.ts';

/**
 * What a sender is told about a request to the API server that failed on an event's path. A {@link SinkError}
 * in the chain of causes wins: it is what somebody already decided, such as the reason of an aborted signal.
 */
export function toSinkError(error: unknown): SinkError {
  const decided = findSinkError(error);
  const failure = findKubeApiError(error);
  if (decided.code !== 'InternalError' || failure === undefined) return decided;
  return new SinkError(codeFor(failure), {
    detail: failure.message,
    cause: error,
    retryAfterSeconds: failure.retryAfterSeconds,
  });
}

function codeFor(failure: KubeApiError): ErrorCode {
  if (failure.transport === 'aborted') return 'DeadlineExceeded';
  if (failure.status === undefined) return 'ApiServerUnavailable';
  return codeByStatus[failure.status]?.(failure) ?? 'ApiServerUnavailable';
}

const codeByStatus: Readonly<Record<number, (failure: KubeApiError) => ErrorCode>> = {
  400: () => 'JobTemplateRefused',
  401: () => 'PermissionDenied',
  403: forbidden,
  404: (failure) => (isAboutNamespace(failure) ? 'SinkTerminating' : 'ApiServerUnavailable'),
  409: conflict,
  413: () => 'EventTooLarge',
  422: () => 'JobTemplateRefused',
  429: () => 'BackendThrottled',
};

/**
 * 403 means four things, and RBAC is only one of them. The API server distinguishes quota and admission by
 * text alone: `pkg/quota` writes "exceeded quota" and "status unknown for quota", admission writes the rest.
 */
function forbidden(failure: KubeApiError): ErrorCode {
  if (failure.causes.some((cause) => cause.reason === 'NamespaceTerminating')) return 'SinkTerminating';
  if (/exceeded quota|status unknown for quota/.test(failure.message)) return 'QuotaExhausted';
  if (/admission webhook ".*" denied|ValidatingAdmissionPolicy '.*'/.test(failure.message))
    return 'JobTemplateRefused';
  return 'PermissionDenied';
}

/** Creates that run at the same time contend for the quota's own object; no Job stands in the way then. */
function conflict(failure: KubeApiError): ErrorCode {
  return failure.detailsKind === 'resourcequotas' ? 'BackendThrottled' : 'JobConflict';
}

function isAboutNamespace(failure: KubeApiError): boolean {
  return failure.detailsKind === 'namespaces';
}

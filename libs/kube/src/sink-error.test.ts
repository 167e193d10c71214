import { SinkError, type ErrorCode } from '@event-sinks/errors';
import { describe, expect, test } from '@jest/globals';
import { KubeApiError, toSinkError, type KubeApiErrorFields } from './index.ts';
import { errorFromStatus } from './status-object.ts';

function failure(fields: Partial<KubeApiErrorFields>): KubeApiError {
  return new KubeApiError({ message: 'POST /apis/batch/v1/namespaces/ns/jobs: failed', ...fields });
}

const terminating = {
  status: 403,
  reason: 'Forbidden',
  message:
    'jobs.batch "a" is forbidden: unable to create new content in namespace ns because it is being terminated',
  causes: [
    {
      reason: 'NamespaceTerminating',
      message: 'namespace ns is being terminated',
      field: 'metadata.namespace',
    },
  ],
};

const cases: Record<string, [Partial<KubeApiErrorFields>, ErrorCode]> = {
  'the API server throttles': [{ status: 429, reason: 'TooManyRequests' }, 'BackendThrottled'],
  'a quota is used up': [
    { status: 403, message: 'jobs.batch "a" is forbidden: exceeded quota: q, requested: count/jobs.batch=1' },
    'QuotaExhausted',
  ],
  'a quota was made a moment ago': [
    { status: 403, message: 'jobs.batch "a" is forbidden: status unknown for quota: q' },
    'QuotaExhausted',
  ],
  'the namespace is being deleted': [terminating, 'SinkTerminating'],
  'the namespace is gone': [
    { status: 404, reason: 'NotFound', detailsKind: 'namespaces' },
    'SinkTerminating',
  ],
  'RBAC says no': [
    { status: 403, message: 'jobs.batch is forbidden: User "x" cannot create' },
    'PermissionDenied',
  ],
  'the token is refused': [{ status: 401, reason: 'Unauthorized' }, 'PermissionDenied'],
  'the object is invalid': [{ status: 422, reason: 'Invalid' }, 'JobTemplateRefused'],
  'the object cannot be decoded': [{ status: 400, reason: 'BadRequest' }, 'JobTemplateRefused'],
  'an admission webhook says no': [
    { status: 403, message: 'admission webhook "policy.example" denied the request: no' },
    'JobTemplateRefused',
  ],
  'an admission policy says no': [
    {
      status: 403,
      message: "jobs.batch \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request",
    },
    'JobTemplateRefused',
  ],
  'a Job of that name is there': [
    { status: 409, reason: 'AlreadyExists', detailsKind: 'jobs' },
    'JobConflict',
  ],
  'the Job changed meanwhile': [{ status: 409, reason: 'Conflict', detailsKind: 'jobs' }, 'JobConflict'],
  'creates contend for a quota': [
    { status: 409, reason: 'Conflict', detailsKind: 'resourcequotas' },
    'BackendThrottled',
  ],
  'the object is too large': [{ status: 413, reason: 'RequestEntityTooLarge' }, 'EventTooLarge'],
  'the resource is not served': [{ status: 404, reason: '' }, 'ApiServerUnavailable'],
  'an admission webhook cannot be reached': [
    { status: 500, reason: 'InternalError' },
    'ApiServerUnavailable',
  ],
  'etcd times out': [{ status: 504, reason: 'Timeout' }, 'ApiServerUnavailable'],
  'the server is starting': [{ status: 503 }, 'ApiServerUnavailable'],
  'no answer in time': [{ transport: 'timeout' }, 'ApiServerUnavailable'],
  'no connection': [{ transport: 'network' }, 'ApiServerUnavailable'],
  'the certificate is not trusted': [{ transport: 'tls' }, 'ApiServerUnavailable'],
  'the token file is missing': [{ transport: 'credentials' }, 'ApiServerUnavailable'],
  'our caller gave up': [{ transport: 'aborted' }, 'DeadlineExceeded'],
};

describe('what the sender is told when', () => {
  test.each(Object.entries(cases))('%s', (_name, [fields, code]) => {
    const cause = failure(fields);
    expect(toSinkError(cause)).toMatchObject({ code, cause });
    expect(toSinkError(new Error('outer', { cause })).code).toBe(code);
  });
});

test('the wait that the API server asks for is passed on', () => {
  expect(toSinkError(failure({ status: 429, retryAfterSeconds: 9 })).retryAfterSeconds).toBe(9);
  expect(toSinkError(failure({ status: 429 })).retryAfterSeconds).toBe(1);
});

test('what was already decided stays', () => {
  const decided = new SinkError('Overloaded');
  expect(toSinkError(failure({ transport: 'aborted', cause: decided }))).toBe(decided);
});

test('what is not about the API server is a bug of ours', () => {
  expect(toSinkError(new TypeError('x')).code).toBe('InternalError');
});

describe('Retry-After', () => {
  test.each([
    ['7', 7],
    ['999999', 3600],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['-1', undefined],
    [undefined, undefined],
  ])('%s is read as %s', (retryAfter, seconds) => {
    expect(errorFromStatus({}, { what: 'x', status: 429, retryAfter }).retryAfterSeconds).toBe(seconds);
  });

  test('without a header, the Status object counts', () => {
    expect(errorFromStatus({ code: 504, details: { retryAfterSeconds: 3 } }, { what: 'x' })).toMatchObject({
      status: 504,
      retryAfterSeconds: 3,
    });
  });
});

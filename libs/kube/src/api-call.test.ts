import { describe, expect, test } from '@jest/globals';
import { callOf, observedTransport, type ApiCall } from './api-call.ts';
import { KubeApiError } from './kube-api-error.ts';
import type { KubeRequest, KubeResponse } from './transport.ts';

const cases: readonly (readonly [KubeRequest['method'], string, boolean, ApiCall['verb'], string])[] = [
  ['POST', '/apis/batch/v1/namespaces/n/jobs', false, 'create', 'jobs'],
  ['GET', '/apis/batch/v1/namespaces/n/jobs/j', false, 'get', 'jobs'],
  ['GET', '/apis/batch/v1/jobs', false, 'list', 'jobs'],
  ['GET', '/apis/sinks.knative.dev/v1alpha1/jobsinks', true, 'watch', 'jobsinks'],
  ['POST', '/api/v1/namespaces/n/secrets', false, 'create', 'secrets'],
  ['GET', '/api/v1/namespaces/n', false, 'get', 'namespaces'],
  ['GET', '/api/v1/namespaces', false, 'list', 'namespaces'],
  ['PATCH', '/apis/g/v1/namespaces/n/jobsinks/j/status', false, 'patch', 'jobsinks/status'],
  ['PUT', '/apis/coordination.k8s.io/v1/namespaces/n/leases/l', false, 'update', 'leases'],
  ['DELETE', '/apis/batch/v1/namespaces/jobs/jobs/jobs', false, 'delete', 'jobs'],
];

test.each(cases)('%s %s (stream: %s) is %s of %s', (method, path, isStream, verb, resource) => {
  expect(callOf({ method, path }, isStream)).toEqual({ verb, resource });
});

describe('a call is told of', () => {
  const request: KubeRequest = { method: 'GET', path: '/apis/batch/v1/namespaces/n/jobs/j' };
  const told = async (answer: () => Promise<KubeResponse>) => {
    const calls: ApiCall[] = [];
    let now = 0;
    const transport = observedTransport(
      { request: answer, stream: () => Promise.reject(new Error('not asked for')) },
      (call) => calls.push(call),
      () => (now += 250),
    );
    await transport.request(request).catch(() => undefined);
    return calls;
  };
  const failing = (status: number | undefined) => () =>
    Promise.reject(new KubeApiError({ message: 'no', ...(status !== undefined && { status }) }));

  test('with the time it took', async () => {
    const calls = await told(() => Promise.resolve({ status: 200, headers: {}, body: {} }));
    expect(calls).toEqual([{ verb: 'get', resource: 'jobs', status: '2xx', seconds: 0.25 }]);
  });

  test.each([
    [409, '4xx'],
    [429, '429'],
    [503, '5xx'],
    [undefined, 'none'],
  ])('when it failed with %s, as %s', async (status, expected) => {
    expect((await told(failing(status))).map((call) => call.status)).toEqual([expected]);
  });
});

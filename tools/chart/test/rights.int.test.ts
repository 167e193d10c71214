import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestApiServer } from '@event-sinks/testing';
import { abusesOf, abusesOfAnybody } from './support/abuses.ts';
import { callerFor, type ApiCaller } from './support/api-caller.ts';
import { install, startChartServer, system } from './support/cluster.ts';
import { committedRights, ownRightsOf, rightsOf } from './support/rights.ts';

let server: TestApiServer;
beforeAll(async () => {
  server = await startChartServer();
  const { code, stderr } = await install(server);
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => server.close());

describe.each([
  ['in every namespace', 'default'],
  ['in its own', system],
])('%s', (_name, namespace) => {
  test('an account that was given nothing may do what everybody may', async () => {
    expect(await rightsOf(server, 'default', namespace)).toEqual(committedRights('everybody'));
  });

  test.each(['event-sinks-controller', 'job-sink', 'kafka-sink-ingress'])(
    '%s may do what was agreed on, and nothing else',
    async (account) => {
      const extra = namespace === system ? '.own-namespace' : '';
      const agreed = committedRights(`${account}${extra}`);
      expect(await ownRightsOf(server, account, namespace)).toEqual(agreed);
    },
  );
});

describe.each(['job-sink', 'kafka-sink-ingress'] as const)('with the token of %s', (account) => {
  let ask: ApiCaller;
  beforeAll(async () => {
    ask = await callerFor(server, { namespace: system, name: account });
  });

  test('the API server knows who asks', async () => {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const { status, body } = await ask('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review);
    expect(status).toBe(201);
    expect(JSON.stringify(body)).toContain(`system:serviceaccount:${system}:${account}`);
  });

  test.each([...abusesOfAnybody, ...abusesOf[account]])(
    'nobody can $name',
    async ({ method, path, body }) => {
      const { status, reason } = await ask(method, path, body);
      expect({ status, reason }).toEqual({ status: 403, reason: 'Forbidden' });
    },
  );
});

test('at least thirty abuses are tried', () => {
  expect(abusesOfAnybody.length).toBeGreaterThanOrEqual(30);
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { TestApiServer } from '@event-sinks/testing';
import { abusesOf, abusesOfAnybody } from './support/abuses.ts';
import { callerFor, type ApiCaller } from './support/api-caller.ts';
import { install, startChartServer, system } from './support/cluster.ts';

let server: TestApiServer;
beforeAll(async () => {
  server = await startChartServer();
  const { code, stderr } = await install(server);
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => server.close());

/** `kubectl auth can-i --list`: one line a rule, columns by bars, sorted. */
async function rightsOf(account: string, namespace: string): Promise<string[]> {
  const user = `--as=system:serviceaccount:${system}:${account}`;
  const list = await server.kubectl(['auth', 'can-i', '--list', '--no-headers', '-n', namespace, user]);
  const lines = list.trimEnd().split('\n');
  return [
    ...new Set(
      lines.map((line) =>
        line
          .trim()
          .split(/\s{2,}/)
          .join(' | '),
      ),
    ),
  ].sort();
}

/** The lines of a file beside this one. */
function committed(file: string): string[] {
  const text = readFileSync(new URL(`rights/${file}.txt`, import.meta.url), 'utf8');
  return text.trimEnd().split('\n');
}

describe.each([
  ['in every namespace', 'default'],
  ['in its own', system],
])('%s', (_name, namespace) => {
  test('an account that was given nothing may do what everybody may', async () => {
    expect(await rightsOf('default', namespace)).toEqual(committed('everybody'));
  });

  test.each(['event-sinks-controller', 'job-sink', 'kafka-sink-ingress'])(
    '%s may do what was agreed on, and nothing else',
    async (account) => {
      const everybody = committed('everybody');
      const rights = (await rightsOf(account, namespace)).filter((line) => !everybody.includes(line));
      const extra = namespace === system && account === 'event-sinks-controller' ? '.own-namespace' : '';
      expect(rights).toEqual(committed(`${account}${extra}`));
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

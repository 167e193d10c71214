import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, recordingLogger, startTestApiServer, type TestApiServer } from '@event-sinks/testing';
import { systemClock } from '@event-sinks/runtime';
import {
  createInformer,
  isGone,
  loadKubeClient,
  namespaces,
  type Change,
  type Informer,
  type KubeClient,
  type KubeObject,
} from '../src/index.ts';
import { configMapOf, configMaps } from './api-objects.ts';
import { collect } from './collect.ts';
import { refused } from './refused.ts';

let server: TestApiServer;
let client: KubeClient;
let count = 0;
let ns = '';
let informers: Informer<KubeObject>[] = [];

beforeAll(async () => {
  server = await startTestApiServer();
  client = loadKubeClient({ kubeconfig: server.kubeconfig, userAgent: 'kube-test' });
}, 120_000);

afterAll(() => server.close());

beforeEach(async () => {
  count += 1;
  ns = `informer-${count}`;
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ns } });
});

afterEach(async () => {
  for (const informer of informers) await informer.stop();
  informers = [];
});

interface Follower {
  readonly informer: Informer<KubeObject>;
  /** `type name`, in the order in which they came. */
  readonly changes: string[];
  readonly failures: string[];
  readonly pages: () => number;
  readonly lists: () => number;
}

async function follow(by: KubeClient = client): Promise<Follower> {
  const changes: string[] = [];
  const failures: string[] = [];
  let pages = 0;
  let lists = 0;
  const informer = createInformer({
    client: {
      list: (resource, options) => {
        pages += 1;
        return by.list(resource, options);
      },
      stream: (request) => by.stream(request),
    },
    resource: configMaps,
    namespace: ns,
    pageSize: 10,
    backoffCapMs: 200,
    logger: recordingLogger(),
    clock: systemClock,
    random: () => 0.5,
    onChange: ({ type, object }: Change<KubeObject>) => changes.push(`${type} ${object.metadata.name}`),
    metrics: {
      listed: () => {
        lists += 1;
      },
      failed: (reason) => failures.push(reason),
    },
  });
  informers.push(informer);
  informer.start();
  await informer.synced;
  return { informer, changes, failures, pages: () => pages, lists: () => lists };
}

const create = (name: string, data: Record<string, string> = {}): Promise<KubeObject> =>
  client.create(configMaps, configMapOf(ns, name, data));

const remove = (name: string): Promise<void> => client.delete(configMaps, { namespace: ns, name });

async function change(name: string, data: Record<string, string>): Promise<void> {
  const { metadata } = await client.get(configMaps, { namespace: ns, name });
  await client.patch(
    configMaps,
    { namespace: ns, name, resourceVersion: metadata.resourceVersion! },
    { data },
  );
}

const namesOf = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ metadata }) => metadata.name).sort();

/** What is there, as the API server has it, must be what the informer has. */
async function expectSame({ informer }: Follower): Promise<void> {
  const { items } = await client.list(configMaps, { namespace: ns });
  const byName = (objects: readonly KubeObject[]): object =>
    Object.fromEntries(objects.map((object) => [object.metadata.name, object]));
  expect(byName(informer.list())).toEqual(byName(items));
}

test('a hundred objects come in ten pages, each once, as the watch would send them', async () => {
  const names = Array.from({ length: 100 }, (_, n) => `a${n}`);
  await Promise.all(names.map((name) => create(name)));
  const follower = await follow();
  expect(follower.pages()).toBe(10);
  expect([...follower.changes].sort()).toEqual(names.map((name) => `added ${name}`).sort());
  await expectSame(follower);

  await change('a0', { n: '1' });
  await eventually(() => {
    expect(follower.informer.get(ns, 'a0')).toMatchObject({ kind: 'ConfigMap', data: { n: '1' } });
  });
  await expectSame(follower);
});

test('changes come in order, and none of them twice', async () => {
  const follower = await follow();
  const expected: string[] = [];
  for (let n = 0; n < 20; n += 1) {
    await create(`a${n}`);
    await change(`a${n}`, { n: String(n) });
    if (n % 2 === 0) await remove(`a${n}`);
    expected.push(`added a${n}`, `updated a${n}`, ...(n % 2 === 0 ? [`deleted a${n}`] : []));
  }
  await eventually(() => {
    expect(follower.changes).toEqual(expected);
  });
  expect([follower.lists(), follower.failures]).toEqual([1, []]);
});

describe('when the API server is killed and comes back', () => {
  test('no change is lost, whenever it was made', async () => {
    await Promise.all(['kept', 'changed', 'deleted'].map((name) => create(name)));
    const follower = await follow();
    await server.pause();
    await eventually(() => {
      expect(follower.failures.length).toBeGreaterThan(0);
    });
    await server.resume();
    await create('added');
    await change('changed', { n: '2' });
    await remove('deleted');
    await eventually(() => {
      expect(namesOf(follower.informer.list())).toEqual(['added', 'changed', 'kept']);
      expect(follower.informer.get(ns, 'changed')).toMatchObject({ data: { n: '2' } });
    });
    expect(follower.changes.slice(3).sort()).toEqual(['added added', 'deleted deleted', 'updated changed']);
    await expectSame(follower);
  }, 60_000);

  test('and has forgotten what happened meanwhile, it is all reported after a new list, deletes too', async () => {
    await Promise.all(['kept', 'changed', 'deleted', 'replaced'].map((name) => create(name)));
    let blind = false;
    // Only this informer is cut off. It comes back at a version that the server does not remember any more.
    const cut: KubeClient = {
      ...client,
      stream: (request) =>
        client.stream(blind ? { ...request, query: { ...request.query, resourceVersion: '1' } } : request),
    };
    const follower = await follow(cut);
    blind = true;
    await server.pause();
    await server.resume();
    await create('added');
    await change('changed', { n: '2' });
    for (const name of ['deleted', 'replaced']) await remove(name);
    const { metadata } = await create('replaced');
    await eventually(
      () => {
        expect(follower.failures).toContain('gone');
        expect(follower.informer.get(ns, 'replaced')?.metadata.uid).toBe(metadata.uid);
      },
      { timeoutMs: 30_000 },
    );
    expect(follower.changes.slice(4).sort()).toEqual([
      'added added',
      'added replaced',
      'deleted deleted',
      'deleted replaced',
      'updated changed',
    ]);
    await expectSame(follower);
  }, 60_000);
});

test('one that was stopped takes nothing in any more', async () => {
  const stopped = await follow();
  await stopped.informer.stop();
  const other = await follow();
  await create('afterwards');
  await eventually(() => {
    expect(other.changes).toEqual(['added afterwards']);
  });
  expect([stopped.changes, stopped.informer.list()]).toEqual([[], []]);
});

test('a watch from before the memory of the API server is told so by an event, not by a status', async () => {
  // A server that has just started remembers nothing of what came before.
  await server.pause();
  await server.resume();
  const path = `/api/v1/namespaces/${ns}/configmaps`;
  const stream = await client.stream({ method: 'GET', path, query: { watch: true, resourceVersion: '1' } });
  const text = await collect(stream.body);
  expect(JSON.parse(text)).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
}, 60_000);

test('a continue token that makes no sense is an error of its own, and not one that lists anew', async () => {
  const error = await refused(client.list(configMaps, { namespace: ns, continue: 'bm90IGEgdG9rZW4' }));
  expect([error.status, isGone(error)]).toEqual([400, false]);
});

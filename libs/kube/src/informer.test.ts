import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { recordingLogger } from '@event-sinks/testing';
import { fastClock } from '../test/fast-clock.ts';
import { kubeconfig, makeFolder, startServer, type ScriptedServer } from '../test/scripted-server.ts';
import {
  added,
  bookmark,
  brokenWatch,
  configMap,
  endingWatch,
  errorEvent,
  fail,
  hangUp,
  list,
  modified,
  removed,
  watch,
  type Step,
} from '../test/watch-script.ts';
import {
  createInformer,
  loadKubeClient,
  type Change,
  type Informer,
  type InformerOptions,
  type KubeObject,
  type Resource,
} from './index.ts';

const configMaps: Resource = { group: '', version: 'v1', plural: 'configmaps', namespaced: true };
/** The client's clock is real, the informer's runs a hundred times as fast: 30 s of backoff are 300 ms. */
const speed = 100;

let folder: ReturnType<typeof makeFolder>;
let open: (() => Promise<void>)[];

beforeEach(() => {
  folder = makeFolder();
  open = [];
});

afterEach(async () => {
  for (const close of open.reverse()) await close();
  folder.remove();
});

interface Run {
  readonly informer: Informer<KubeObject>;
  readonly server: ScriptedServer;
  /** Changes so far, as `type name@resourceVersion`. */
  readonly changes: string[];
  readonly failures: string[];
  readonly logger: ReturnType<typeof recordingLogger>;
  /** Requests so far: `list`, `list <token>` or `watch <resourceVersion>`. */
  readonly requests: () => string[];
}

async function run(steps: Step[], options: Partial<InformerOptions<KubeObject>> = {}): Promise<Run> {
  const requests: string[] = [];
  const server = await startServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    const token = query.get('continue') ?? '';
    requests.push(
      query.has('watch') ? `watch ${query.get('resourceVersion') ?? ''}` : `list ${token}`.trim(),
    );
    // After the script nothing more is answered, and a watch stays silent.
    steps.shift()?.(response, query, request);
  });
  open.push(() => server.close());
  const changes: string[] = [];
  const failures: string[] = [];
  const logger = recordingLogger();
  const informer = createInformer({
    client: loadKubeClient({ kubeconfig: folder.file('config', kubeconfig(server.url)), userAgent: 'test' }),
    resource: configMaps,
    logger,
    clock: fastClock(speed),
    random: () => 0.5,
    onChange: (change: Change<KubeObject>) => {
      const { name, resourceVersion } = change.object.metadata;
      changes.push(`${change.type} ${name}@${resourceVersion ?? ''}`);
    },
    metrics: { listed: () => undefined, failed: (reason) => failures.push(reason) },
    ...options,
  });
  open.push(() => informer.stop());
  informer.start();
  return { informer, server, changes, failures, logger, requests: () => requests };
}

async function eventually(check: () => void): Promise<void> {
  const until = performance.now() + 3_000;
  for (;;) {
    try {
      check();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

describe('in good weather', () => {
  test('every page is listed, then the watch follows from there', async () => {
    const { informer, changes, requests, server } = await run([
      list('10', [configMap('a', '1')], 'next'),
      list('10', [configMap('b', '2')]),
      watch(
        added(configMap('c', '11')),
        modified(configMap('a', '12')),
        bookmark('15'),
        removed(configMap('b', '16')),
      ),
    ]);
    expect(informer.hasSynced()).toBe(false);
    await informer.synced;
    expect(informer.hasSynced()).toBe(true);
    await eventually(() => {
      expect(changes).toEqual(['added a@1', 'added b@2', 'added c@11', 'updated a@12', 'deleted b@16']);
    });
    expect(informer.list().map((object) => object.metadata.name)).toEqual(['a', 'c']);
    expect(informer.get('ns', 'a')?.metadata.resourceVersion).toBe('12');
    expect(informer.get('ns', 'b')).toBeUndefined();
    expect(requests()).toEqual(['list', 'list next', 'watch 10']);
    expect(server.requests[0]).toContain('limit=500');
    const seconds = Number(/timeoutSeconds=(\d+)/.exec(server.requests[2] ?? '')?.[1]);
    expect(seconds).toBe(450);
    expect(server.requests[2]).toContain('allowWatchBookmarks=true');
  });

  test('selectors and the namespace are asked for in lists and watches', async () => {
    const { informer, server } = await run([list('1', []), watch()], {
      namespace: 'team',
      labelSelector: 'a=b',
      fieldSelector: 'metadata.name=x',
    });
    await informer.synced;
    await eventually(() => {
      expect(server.requests).toHaveLength(2);
    });
    for (const request of server.requests) {
      expect(request).toContain(
        '/api/v1/namespaces/team/configmaps?labelSelector=a%3Db&fieldSelector=metadata.name%3Dx',
      );
    }
  });

  test('a watch that the server ends goes on where it was, bookmarks counted', async () => {
    const { requests, failures } = await run([
      list('10', []),
      endingWatch(added(configMap('a', '11')), bookmark('20')),
      watch(),
    ]);
    await eventually(() => {
      expect(requests()).toEqual(['list', 'watch 10', 'watch 20']);
    });
    expect(failures).toEqual([]);
  });
});

describe('410', () => {
  test.each<[string, Step]>([
    ['as a status', fail(410, 'Expired')],
    ['as an event', endingWatch(errorEvent(410, 'Expired'))],
  ])('%s: everything is listed anew, and the difference is reported', async (_name, gone) => {
    const { changes, requests, informer } = await run([
      list('10', [
        configMap('stays', '1'),
        configMap('changes', '2'),
        configMap('goes', '3'),
        configMap('again', '4'),
      ]),
      gone,
      list('90', [
        configMap('stays', '1'),
        configMap('changes', '80'),
        configMap('comes', '81'),
        configMap('again', '82', 'other'),
      ]),
      watch(),
    ]);
    await eventually(() => {
      expect(requests()).toEqual(['list', 'watch 10', 'list', 'watch 90']);
    });
    expect(changes.slice(4)).toEqual([
      'deleted goes@3',
      'updated changes@80',
      'added comes@81',
      'deleted again@4',
      'added again@82',
    ]);
    expect(informer.list()).toHaveLength(4);
  });

  test('again and again: the second one waits', async () => {
    const { requests, logger } = await run([
      list('1', []),
      fail(410),
      list('2', []),
      fail(410),
      list('3', []),
      watch(),
    ]);
    await eventually(() => {
      expect(requests().at(-1)).toBe('watch 3');
    });
    const delays = logger.lines.map((line) => line.fields['delayMs']).filter((delay) => delay !== undefined);
    expect(delays).toEqual([0, 250]);
  });

  test('within the pages of a list: it is read again without pages', async () => {
    const { requests, informer, server } = await run([
      list('10', [configMap('a', '1')], 'next'),
      fail(410, 'Expired'),
      list('12', [configMap('a', '1'), configMap('b', '2')]),
      watch(),
    ]);
    await informer.synced;
    expect(informer.list()).toHaveLength(2);
    expect(requests().slice(0, 3)).toEqual(['list', 'list next', 'list']);
    expect(server.requests[2]).not.toContain('limit');
  });
});

describe('a watch never dies silently', () => {
  test.each<[string, Step]>([
    ['a refused request', fail(500, 'InternalError')],
    ['a broken connection', hangUp],
    ['an ERROR event', endingWatch(errorEvent(500, 'InternalError'))],
    ['a connection that breaks in the middle of a line', brokenWatch('{"type":"ADDED","obj')],
    ['an answer that ends in the middle of a line', endingWatch('{"type":"ADDED","obj')],
    ['a line that is no JSON', endingWatch('hello\n')],
    ['an event of an unknown type', endingWatch({ type: 'SHUFFLED', object: configMap('a', '1') })],
    ['an event without an object', endingWatch({ type: 'ADDED' })],
    ['a watch that ends at once', endingWatch()],
  ])('%s: it goes on from the same place after a while, and loses nothing', async (_name, trouble) => {
    const { changes, requests } = await run([list('10', []), trouble, watch(added(configMap('a', '11')))]);
    await eventually(() => {
      expect(changes).toEqual(['added a@11']);
    });
    expect(requests()).toEqual(['list', 'watch 10', 'watch 10']);
  });

  test('silence, as after a connection whose other end is gone: the watch is replaced', async () => {
    const { changes, failures, informer } = await run(
      [list('10', []), watch(added(configMap('a', '11'))), watch(added(configMap('b', '12')))],
      { stallMs: 5_000 },
    );
    await eventually(() => {
      expect(changes).toEqual(['added a@11', 'added b@12']);
    });
    expect(failures).toEqual(['stalled']);
    expect(informer.secondsSinceLastSign()).toBeLessThan(5);
  });

  test('a request that gets no answer at all counts as silence too', async () => {
    const { requests } = await run([list('10', []), () => undefined, watch()], { stallMs: 5_000 });
    await eventually(() => {
      expect(requests()).toEqual(['list', 'watch 10', 'watch 10']);
    });
  });

  test('bookmarks are signs of life', async () => {
    const stop = { timer: undefined as NodeJS.Timeout | undefined };
    const { requests, informer } = await run(
      [
        list('10', []),
        (response) => {
          response.writeHead(200);
          stop.timer = setInterval(() => response.write(`${JSON.stringify(bookmark('11'))}\n`), 10);
        },
      ],
      { stallMs: 10_000 },
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    clearInterval(stop.timer);
    expect(requests()).toEqual(['list', 'watch 10']);
    expect(informer.secondsSinceLastSign()).toBeLessThan(10);
  });

  test('three watches without an event: everything is listed, so that a confused server is found out', async () => {
    const { changes, requests } = await run([
      list('10', [configMap('a', '1')]),
      fail(500),
      fail(500),
      fail(500),
      list('5', []),
      watch(),
    ]);
    await eventually(() => {
      expect(requests()).toEqual(['list', 'watch 10', 'watch 10', 'watch 10', 'list', 'watch 5']);
    });
    expect(changes).toEqual(['added a@1', 'deleted a@1']);
  });

  test('a list that fails is tried again, later each time, up to the cap; success starts over', async () => {
    const { informer, logger, changes } = await run(
      [
        ...Array.from({ length: 9 }, () => fail(503)),
        list('10', []),
        endingWatch(added(configMap('a', '11'))),
        hangUp,
        watch(),
      ],
      { random: () => 0.1 },
    );
    await informer.synced;
    const failures = () => logger.lines.filter(({ message }) => message.startsWith('List or watch failed'));
    await eventually(() => {
      expect(changes).toEqual(['added a@11']);
      expect(failures()).toHaveLength(10);
    });
    const delays = failures().map((line) => line.fields['delayMs']);
    expect(delays).toEqual([50, 100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000, 50]);
    // The same failure is told once; the one after the success is another.
    const told = failures().filter(({ level }) => level === 'warn');
    expect(told.map((line) => line.fields['delayMs'])).toEqual([50, 50]);
  });

  test('the wait that the server asks for is kept', async () => {
    const { logger } = await run([
      (response) => {
        response.writeHead(429, { 'retry-after': '3' }).end('{}');
      },
      list('1', []),
      watch(),
    ]);
    await eventually(() => {
      expect(logger.lines[0]?.fields['delayMs']).toBe(3_000);
    });
  });

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('handler');
      },
    ],
    ['rejects', () => Promise.reject(new Error('handler'))],
  ])('a handler that %s is logged, and the next change is delivered', async (_name, onChange) => {
    let calls = 0;
    const { logger } = await run([list('10', [configMap('a', '1')]), watch(added(configMap('b', '11')))], {
      onChange: () => {
        calls += 1;
        return onChange();
      },
    });
    await eventually(() => {
      expect(calls).toBe(2);
      expect(logger.lines.filter((line) => line.level === 'error')).toHaveLength(2);
    });
  });
});

describe('a right that is given out later', () => {
  test('is waited for at an even pace and without noise; the objects then come', async () => {
    const forbidden = Array.from({ length: 8 }, () => fail(403, 'Forbidden'));
    const { changes, failures, logger } = await run(
      [...forbidden, list('10', [configMap('a', '1')]), watch()],
      {
        retryForbiddenMs: 1_000,
      },
    );
    await eventually(() => {
      expect(changes).toEqual(['added a@1']);
    });
    expect(failures).toEqual(forbidden.map(() => 'forbidden'));
    expect(logger.lines.filter((line) => line.level !== 'debug')).toEqual([]);
  });

  test('is a failure like any other where nobody expects it', async () => {
    const { changes, logger } = await run([fail(403, 'Forbidden'), list('10', [configMap('a', '1')])]);
    await eventually(() => {
      expect(changes).toEqual(['added a@1']);
    });
    expect(logger.lines.filter((line) => line.level === 'warn')).toHaveLength(1);
  });
});

test('only what an object is reduced to is kept and handed out, from lists and from watches', async () => {
  const large = (name: string, version: string): KubeObject => ({
    ...configMap(name, version),
    data: { large: 'x'.repeat(1_000) },
  });
  const seen: KubeObject[] = [];
  const { informer } = await run([list('10', [large('a', '1')]), watch(added(large('b', '11')))], {
    reduce: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }),
    onChange: (change) => seen.push(change.object),
  });
  await eventually(() => {
    expect(seen).toEqual([configMap('a', '1'), configMap('b', '11')]);
  });
  expect(informer.list()).toEqual(seen);
});

describe('stopping', () => {
  test('ends an open watch, and nothing is delivered afterwards', async () => {
    const { informer, changes, requests } = await run([list('10', []), watch()]);
    await informer.synced;
    await eventually(() => {
      expect(requests()).toHaveLength(2);
    });
    await informer.stop();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(requests()).toHaveLength(2);
    expect(changes).toEqual([]);
  });

  test('ends a wait after a failure', async () => {
    const { informer, requests } = await run([fail(500)], { clock: fastClock(1), random: () => 0.99 });
    await eventually(() => {
      expect(requests()).toHaveLength(1);
    });
    await informer.stop();
  });

  test('before the first list: synced tells', async () => {
    const { informer } = await run([() => undefined]);
    await informer.stop();
    await expect(informer.synced).rejects.toThrow('before its first list');
  });
});

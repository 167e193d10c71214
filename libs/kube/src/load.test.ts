import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RequestListener } from 'node:http';
import {
  kubeconfig,
  makeFolder,
  makeKeyPair,
  readBody,
  reply,
  startServer,
  type KeyPair,
  type ScriptedServer,
} from '../test/scripted-server.ts';
import {
  isAlreadyExists,
  isConflict,
  isNotFound,
  jobs,
  leases,
  loadKubeClient,
  secrets,
  type KubeClientOptions,
} from './index.ts';

const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { namespace: 'ns', name: 'a' } };
let folder: ReturnType<typeof makeFolder>;
let servers: ScriptedServer[];

beforeEach(() => {
  folder = makeFolder();
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  folder.remove();
});

async function serve(listener: RequestListener, tls?: KeyPair): Promise<ScriptedServer> {
  const server = await startServer(listener, tls);
  servers.push(server);
  return server;
}

function load(config: string, options: Partial<KubeClientOptions> = {}) {
  return loadKubeClient({ kubeconfig: folder.file('config', config), userAgent: 'test', ...options });
}

async function client(listener: RequestListener, options: Partial<KubeClientOptions> = {}) {
  const server = await serve(listener);
  return { server, kube: load(kubeconfig(server.url), options) };
}

describe('connections', () => {
  // Two and not one: undici takes a second when a call comes before it has noticed that the first is free.
  test('300 calls in a row use two at most', async () => {
    const { server, kube } = await client((_request, response) => {
      reply(response, 200, job);
    });
    for (let i = 0; i < 300; i += 1) await kube.get(jobs, { namespace: 'ns', name: 'a' });
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test('300 calls at once use no more than allowed', async () => {
    const { server, kube } = await client(
      (_request, response) => {
        reply(response, 200, job);
      },
      { connections: 8 },
    );
    await Promise.all(Array.from({ length: 300 }, () => kube.get(jobs, { namespace: 'ns', name: 'a' })));
    expect(server.connections()).toBeLessThanOrEqual(8);
  });

  test('over TLS they are shared too, and a server that the CA has not signed is refused', async () => {
    const pair = makeKeyPair(folder.path);
    const server = await serve((_request, response) => {
      reply(response, 200, job);
    }, pair);
    const other = makeFolder();
    folder.file('ca.crt', makeKeyPair(other.path).cert);
    other.remove();
    const config = kubeconfig(server.url, { 'certificate-authority': 'ca.crt' });
    await expect(load(config).get(jobs, { namespace: 'ns', name: 'a' })).rejects.toMatchObject({
      transport: 'tls',
    });

    folder.file('ca.crt', pair.cert);
    const kube = load(config);
    for (let i = 0; i < 100; i += 1) await kube.get(jobs, { namespace: 'ns', name: 'a' });
    expect(server.connections()).toBeLessThanOrEqual(2);
  });
});

describe('credentials', () => {
  test('a rotated token is taken up on the first 401, and one that is refused is not tried twice', async () => {
    let accepted = 'Bearer old';
    const seen: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      if (request.headers.authorization === accepted) reply(response, 200, job);
      else reply(response, 401, { kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized' });
    });
    const tokenFile = folder.file('token', 'old\n');
    const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
    const kube = load(kubeconfig(server.url, undefined, user));
    await kube.get(jobs, { namespace: 'ns', name: 'a' });

    accepted = 'Bearer new';
    folder.file('token', 'new');
    await expect(kube.get(jobs, { namespace: 'ns', name: 'a' })).resolves.toMatchObject(job);
    expect(seen).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);

    accepted = 'Bearer none';
    await expect(kube.get(jobs, { namespace: 'ns', name: 'a' })).rejects.toMatchObject({ status: 401 });
    expect(seen.slice(3)).toEqual(['Bearer new']);
  });

  test('a missing token file is an error of its own kind, and nothing is sent', async () => {
    const server = await serve((_request, response) => {
      reply(response, 200, job);
    });
    const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile: `${folder.path}/none` } } };
    const kube = load(kubeconfig(server.url, undefined, user));
    await expect(kube.get(jobs, { namespace: 'ns', name: 'a' })).rejects.toMatchObject({
      transport: 'credentials',
    });
    expect(server.requests).toEqual([]);
  });

  test('a kubeconfig without a current cluster is refused at once', () => {
    expect(() => load('{}')).toThrow(/current context/);
  });
});

describe('what is sent', () => {
  test('fields that nobody knows reach the server as they are', async () => {
    let received = '';
    const { kube, server } = await client((request, response) => {
      void readBody(request).then((body) => {
        received = body;
        reply(response, 201, body);
      });
    });
    const body = { ...job, spec: { futureField: { deep: [1, null] } } };
    await expect(kube.create(jobs, body, { dryRun: true, fieldValidation: 'Strict' })).resolves.toEqual(body);
    expect(JSON.parse(received)).toEqual(body);
    expect(server.requests).toEqual([
      'POST /apis/batch/v1/namespaces/ns/jobs?dryRun=All&fieldValidation=Strict',
    ]);
  });

  test('each verb goes to its path', async () => {
    const { kube, server } = await client((_request, response) => {
      reply(response, 200, job);
    });
    const versioned = { ...job, metadata: { ...job.metadata, resourceVersion: '7' } };
    await kube.replace(jobs, versioned);
    await kube.replaceStatus(jobs, versioned);
    await kube.patchStatus(jobs, { namespace: 'ns', name: 'a', resourceVersion: '7' }, { active: 1 });
    await kube.delete(secrets, { namespace: 'ns', name: 'a' }, { uid: 'u' });
    expect(server.requests).toEqual([
      'PUT /apis/batch/v1/namespaces/ns/jobs/a',
      'PUT /apis/batch/v1/namespaces/ns/jobs/a/status',
      'PATCH /apis/batch/v1/namespaces/ns/jobs/a/status',
      'DELETE /api/v1/namespaces/ns/secrets/a',
    ]);
  });

  test('a status patch is a merge patch that holds only at its resource version', async () => {
    const seen: unknown[] = [];
    const { kube } = await client((request, response) => {
      void readBody(request).then((body) => {
        seen.push(request.headers['content-type'], JSON.parse(body));
        reply(response, 200, job);
      });
    });
    await kube.patchStatus(jobs, { namespace: 'ns', name: 'a', resourceVersion: '7' }, { active: 1 });
    expect(seen).toEqual([
      'application/merge-patch+json',
      { status: { active: 1 }, metadata: { resourceVersion: '7' } },
    ]);
  });

  test.each(['', '.', '..'])('a name that would change the path (%j) is refused', async (name) => {
    const { kube, server } = await client((_request, response) => {
      reply(response, 200, job);
    });
    expect(() => kube.get(jobs, { namespace: 'ns', name })).toThrow(TypeError);
    await expect(kube.delete(jobs, { namespace: 'ns', name })).rejects.toThrow(TypeError);
    expect(server.requests).toEqual([]);
  });
});

describe('lists', () => {
  test('items get the apiVersion and kind that the server leaves out', async () => {
    const { kube } = await client((_request, response) => {
      reply(response, 200, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'LeaseList',
        metadata: { resourceVersion: '5', continue: '' },
        items: [{ metadata: { namespace: 'ns', name: 'a' } }],
      });
    });
    await expect(kube.list(leases)).resolves.toEqual({
      items: [
        { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace: 'ns', name: 'a' } },
      ],
      resourceVersion: '5',
      continue: undefined,
    });
  });
});

describe('failures', () => {
  test('a Status object is read, its Retry-After too', async () => {
    const { kube } = await client((_request, response) => {
      const status = {
        kind: 'Status',
        message: 'slow down',
        reason: 'TooManyRequests',
        details: { kind: 'jobs', causes: [{ reason: 'X' }] },
      };
      reply(response, 429, status, { 'retry-after': '7' });
    });
    await expect(kube.get(jobs, { namespace: 'ns', name: 'a' })).rejects.toMatchObject({
      status: 429,
      reason: 'TooManyRequests',
      causes: [{ reason: 'X' }],
      retryAfterSeconds: 7,
      transport: undefined,
    });
  });

  test.each([
    ['AlreadyExists', 409, isAlreadyExists],
    ['Conflict', 409, isConflict],
    ['NotFound', 404, isNotFound],
  ])('%s is recognised', async (reason, status, predicate) => {
    const { kube } = await client((_request, response) => {
      reply(response, status, { kind: 'Status', reason });
    });
    const error: unknown = await kube
      .get(jobs, { namespace: 'ns', name: 'a' })
      .catch((thrown: unknown) => thrown);
    expect([isAlreadyExists(error), isConflict(error), isNotFound(error)].filter(Boolean)).toHaveLength(1);
    expect(predicate(new Error('outer', { cause: error }))).toBe(true);
  });

  test('an error page that is no JSON is an error with its status', async () => {
    const { kube } = await client((_request, response) => {
      reply(response, 502, '<html>bad gateway</html>');
    });
    await expect(kube.get(jobs, { namespace: 'ns', name: 'a' })).rejects.toMatchObject({
      status: 502,
      reason: '',
    });
  });

  test.each<[string, string, RequestListener]>([
    ['nothing is answered in time', 'timeout', () => undefined],
    [
      'the answer stops in the middle and nothing more comes',
      'timeout',
      (_request, response) => {
        response.write('{"metadata"');
      },
    ],
    [
      'the connection breaks before the answer',
      'network',
      (request) => {
        request.socket.destroy();
      },
    ],
    [
      'the connection breaks within the answer',
      'network',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"metadata"');
        setTimeout(() => request.socket.destroy(), 10);
      },
    ],
    [
      'the answer is no JSON',
      'protocol',
      (_request, response) => {
        reply(response, 200, 'hello');
      },
    ],
    [
      'the answer is no object',
      'protocol',
      (_request, response) => {
        reply(response, 200, []);
      },
    ],
  ])('%s: %s', async (_name, transport, listener) => {
    const { kube } = await client(listener, { requestTimeoutMs: 200 });
    await expect(kube.get(jobs, { namespace: 'ns', name: 'a' })).rejects.toMatchObject({
      transport,
      status: undefined,
    });
  });

  test('nobody listens: network', async () => {
    const server = await startServer(() => undefined);
    await server.close();
    const kube = load(kubeconfig(server.url));
    await expect(kube.get(jobs, { namespace: 'ns', name: 'a' })).rejects.toMatchObject({
      transport: 'network',
    });
  });

  test('an abort ends the call at once and keeps the reason', async () => {
    const { kube } = await client(() => undefined);
    const controller = new AbortController();
    const reason = new Error('deadline');
    setTimeout(() => {
      controller.abort(reason);
    }, 20);
    await expect(
      kube.get(jobs, { namespace: 'ns', name: 'a' }, { signal: controller.signal }),
    ).rejects.toMatchObject({ transport: 'aborted', cause: reason });
  });
});

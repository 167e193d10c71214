import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { kubeconfig, makeFolder, makeKeyPair } from '../test/scripted-server.ts';
import { createCredentials } from './credentials.ts';
import { memoisedDispatcher } from './dispatcher.ts';

let folder: ReturnType<typeof makeFolder>;
let now: number;

beforeEach(() => {
  folder = makeFolder();
  now = 0;
});

afterEach(() => {
  folder.remove();
});

function make(config: string) {
  const path = folder.file('config', config);
  return createCredentials({
    load: () => {
      const loaded = new KubeConfig();
      loaded.loadFromFile(path);
      return loaded;
    },
    dispatcher: memoisedDispatcher({ connections: 4, connectTimeoutMs: 1_000 }),
    monotonic: () => now,
  });
}

test('the pool stays while the CA file does, is replaced when it changes, and survives that it is missing', async () => {
  const { cert } = makeKeyPair(folder.path);
  folder.file('ca.crt', cert);
  const credentials = make(kubeconfig('https://127.0.0.1:1', { 'certificate-authority': 'ca.crt' }));
  const first = await credentials.current();
  now += 60_000;
  expect((await credentials.current()).dispatcher).toBe(first.dispatcher);

  folder.file('ca.crt', makeKeyPair(folder.path).cert);
  now += 4_999;
  expect((await credentials.current()).dispatcher).toBe(first.dispatcher);
  now += 1;
  const second = await credentials.current();
  expect(second.dispatcher).not.toBe(first.dispatcher);

  folder.delete('ca.crt');
  now += 5_000;
  expect(await credentials.current()).toBe(second);
});

test('the files are read once a second at most, however many requests are refused', async () => {
  const tokenFile = folder.file('token', 'one');
  const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
  const credentials = make(kubeconfig('https://127.0.0.1:1', undefined, user));
  const used = await credentials.current();
  expect(used.headers).toMatchObject({ Authorization: 'Bearer one' });
  expect(await credentials.renew(used)).toBeUndefined();

  folder.file('token', 'two');
  now += 999;
  expect(await credentials.renew(used)).toBeUndefined();
  now += 1;
  expect((await credentials.renew(used))?.headers).toMatchObject({ Authorization: 'Bearer two' });
});

test('a server behind a path keeps it', async () => {
  const credentials = make(kubeconfig('https://127.0.0.1:1/k8s/clusters/c/'));
  expect(await credentials.current()).toMatchObject({
    origin: 'https://127.0.0.1:1',
    basePath: '/k8s/clusters/c',
  });
});

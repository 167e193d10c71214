import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, recordingLogger } from '@event-sinks/testing';
import type { ServerResponse } from 'node:http';
import { fastClock } from '../test/fast-clock.ts';
import { kubeconfig, makeFolder, reply, startServer } from '../test/scripted-server.ts';
import { added, configMap, modified, removed } from '../test/watch-script.ts';
import { createSecurityGate, loadKubeClient, type KubeObject, type SecurityGate } from './index.ts';

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
  readonly gate: SecurityGate;
  /** Sends an event to the watch. */
  readonly send: (event: object) => void;
  readonly requests: readonly string[];
  readonly changes: () => number;
  readonly levels: () => readonly string[];
}

const features = (data: Readonly<Record<string, string>>, version = '5'): KubeObject => ({
  ...configMap('config-features', version),
  data,
});

/** A gate in front of an API server with this ConfigMap; `isRefused` stands for a right that is missing. */
async function run(
  items: readonly KubeObject[],
  { acceptsUnenforced = false, isRefused = false } = {},
): Promise<Run> {
  let watching: ServerResponse | undefined;
  const server = await startServer((request, response) => {
    if (isRefused) reply(response, 403, { kind: 'Status', code: 403, reason: 'Forbidden' });
    else if (new URL(request.url ?? '', 'http://x').searchParams.has('watch')) {
      response.writeHead(200);
      response.flushHeaders();
      watching = response;
    } else reply(response, 200, { kind: 'ConfigMapList', metadata: { resourceVersion: '5' }, items });
  });
  open.push(() => server.close());
  const logger = recordingLogger();
  let changes = 0;
  const gate = createSecurityGate({
    client: loadKubeClient({ kubeconfig: folder.file('config', kubeconfig(server.url)), userAgent: 'test' }),
    ...{ systemNamespace: 'knative-eventing', acceptsUnenforced, logger, clock: fastClock(100) },
    random: () => 0.5,
    onChange: () => {
      changes += 1;
    },
  });
  open.push(() => gate.stop());
  gate.start();
  if (!isRefused)
    await eventually(() => {
      expect(gate.hasSynced()).toBe(true);
      expect(watching).toBeDefined();
    });
  return {
    ...{ gate, requests: server.requests, changes: () => changes },
    send: (event) => watching?.write(`${JSON.stringify(event)}\n`),
    levels: () => logger.lines.filter(({ fields }) => 'configMap' in fields).map(({ level }) => level),
  };
}

test('follows the one ConfigMap of the system namespace', async () => {
  const { requests } = await run([]);
  for (const request of requests)
    expect(request).toMatch(
      /^GET \/api\/v1\/namespaces\/knative-eventing\/configmaps\?.*fieldSelector=metadata\.name%3Dconfig-features/,
    );
});

describe('the security gate', () => {
  test.each([
    ['is open without the ConfigMap', [], undefined],
    ['is open while the features are disabled', [features({ 'authentication-oidc': 'disabled' })], undefined],
    [
      'refuses every sink while authentication is enabled',
      [features({ 'authentication-oidc': 'enabled' })],
      'AuthorizationNotSupported',
    ],
    [
      'refuses every sink while transport encryption is strict',
      [features({ 'transport-encryption': 'Strict' })],
      'TransportEncryptionNotSupported',
    ],
  ])('%s', async (_name, items, refusal) => {
    const { gate, levels } = await run(items);
    expect(gate.refusal(false)).toBe(refusal);
    expect(gate.isAccepted(false)).toBe(false);
    expect(levels()).toEqual(refusal === undefined ? [] : ['error']);
  });

  test('refuses a sink that a policy protects, and no other', async () => {
    const { gate } = await run([]);
    expect(gate.refusal(true)).toBe('AuthorizationNotSupported');
    expect(() => {
      gate.assertOpen(true);
    }).toThrow(expect.objectContaining({ code: 'AuthorizationNotSupported', status: 503 }));
    expect(() => {
      gate.assertOpen(false);
    }).not.toThrow();
  });

  test('follows every change, also that the ConfigMap is deleted', async () => {
    const { gate, send, changes } = await run([]);
    const becomes = (refusal: string | undefined): Promise<void> =>
      eventually(() => {
        expect(gate.refusal(false)).toBe(refusal);
      });
    send(added(features({ 'authentication-oidc': 'enabled' }, '6')));
    await becomes('AuthorizationNotSupported');
    send(modified(features({ 'transport-encryption': 'strict' }, '7')));
    await becomes('TransportEncryptionNotSupported');
    send(removed(features({ 'transport-encryption': 'strict' }, '8')));
    await becomes(undefined);
    expect(changes()).toBe(3);
  });

  test('is open for everything where the operator accepts it, and says so', async () => {
    const items = [features({ 'authentication-oidc': 'enabled', 'transport-encryption': 'strict' })];
    const { gate, levels } = await run(items, { acceptsUnenforced: true });
    expect([gate.refusal(false), gate.refusal(true)]).toEqual([undefined, undefined]);
    expect([gate.isAccepted(false), gate.isAccepted(true)]).toEqual([true, true]);
    expect(levels()).toEqual(['warn']);
  });

  test('refuses every sink until it knows the features', async () => {
    const { gate, requests } = await run([], { isRefused: true });
    await eventually(() => {
      expect(requests.length).toBeGreaterThan(1);
    });
    expect(gate.hasSynced()).toBe(false);
    expect(gate.refusal(false)).toBe('ApiServerUnavailable');
  });
});

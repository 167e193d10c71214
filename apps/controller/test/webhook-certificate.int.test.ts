import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { jobSinkResource } from '@event-sinks/crds';
import { secrets, type KubeObject } from '@event-sinks/kube';
import { eventually } from '@event-sinks/testing';
import { issueCertificate } from '../src/webhook/issue-certificate.ts';
import { startCluster, systemNamespace, type Cluster } from './cluster.ts';
import {
  becomesReady,
  freePort,
  installWebhook,
  jobSink,
  servedCertificate,
  startReplica,
  webhookConfigurations,
  type WebhookReplica,
} from './webhook-support.ts';

let cluster: Cluster;
let port: number;
const replicas: WebhookReplica[] = [];
const target = { namespace: systemNamespace, name: 'event-sinks-webhook-tls' };

beforeAll(async () => {
  cluster = await startCluster();
}, 120_000);

afterEach(async () => {
  await Promise.all(replicas.splice(0).map((replica) => replica.stop()));
  const kubectl = (args: readonly string[]): Promise<string> => cluster.server.kubectl(args);
  await kubectl(['delete', 'validatingwebhookconfiguration', '--all']);
  await kubectl(['delete', 'secret', '-n', systemNamespace, '--all']);
  await kubectl(['delete', 'lease', '-n', systemNamespace, '--all']);
});

afterAll(() => cluster.close());

async function start(env: Readonly<Record<string, string>> = {}): Promise<WebhookReplica> {
  port = await freePort();
  const replica = await startReplica(cluster, port, env);
  replicas.push(replica);
  return replica;
}

/** One that runs already, and is registered. */
async function startRegistered(env: Readonly<Record<string, string>> = {}): Promise<WebhookReplica> {
  const replica = await start(env);
  await installWebhook(cluster, replica.port);
  await becomesReady(replica);
  // The API server hears of the configuration a moment after it is stored.
  await eventually(() => admit());
  return replica;
}

/** A dry run asks the webhook and stores nothing. */
const admit = (): Promise<KubeObject> =>
  cluster.client.create<KubeObject>(jobSinkResource, jobSink('asked'), { dryRun: true });

interface Stored {
  readonly certificate: string;
  readonly cas: readonly string[];
  readonly keys: readonly string[];
}

async function stored(): Promise<Stored> {
  const object = await cluster.client.get<KubeObject>(secrets, target);
  const data = object['data'] as Record<string, string>;
  const text = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  return { certificate: text('tls.crt'), cas: certificates(text('ca.crt')), keys: Object.keys(data).sort() };
}

const certificates = (pem: string): string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g) ?? [];

async function trusted(): Promise<string[]> {
  const found = await cluster.client.get<KubeObject>(webhookConfigurations, { name: 'event-sinks-webhook' });
  const [entry] = found['webhooks'] as { clientConfig: { caBundle?: string } }[];
  return certificates(Buffer.from(entry?.clientConfig.caBundle ?? '', 'base64').toString());
}

const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256;

/** Asks for an admission over and over, over new connections too, until `done` has resolved. */
async function admittingUntil(done: Promise<unknown>): Promise<{ calls: number; failures: unknown[] }> {
  let calls = 0;
  const failures: unknown[] = [];
  const loop = { ended: false };
  const caller = async (): Promise<void> => {
    while (!loop.ended) {
      calls += 1;
      await admit().catch((error: unknown) => failures.push(error));
    }
  };
  const callers = Promise.all([caller(), caller()]);
  await done.finally(() => {
    loop.ended = true;
  });
  await callers;
  return { calls, failures };
}

describe('the certificate', () => {
  test('is made when there is none, for the names that API servers use', async () => {
    await startRegistered();
    const { certificate, cas, keys } = await stored();
    expect(keys).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
    const leaf = new X509Certificate(certificate);
    expect(leaf.subjectAltName).toBe(
      'DNS:event-sinks-webhook.knative-eventing.svc, DNS:event-sinks-webhook.knative-eventing.svc.cluster.local',
    );
    expect(leaf.ca).toBe(false);
    expect((Date.parse(leaf.validTo) - Date.now()) / 86_400_000).toBeCloseTo(90, 1);
    expect(await trusted()).toEqual(cas);
    const secret = await cluster.client.get<KubeObject>(secrets, target);
    expect(secret['type']).toBe('kubernetes.io/tls');
  });

  test('is replaced before it expires, together with its CA, without one failed call', async () => {
    const replica = await startRegistered({
      WEBHOOK_CERTIFICATE_LIFETIME: '9s',
      WEBHOOK_CERTIFICATE_RENEW_BEFORE: '5s',
      WEBHOOK_CERTIFICATE_SETTLE: '500ms',
    });
    const seen = new Set<string>();
    const widest = { cas: 0 };
    const fourGenerations = eventually(
      async () => {
        seen.add(await servedCertificate(replica.port));
        widest.cas = Math.max(widest.cas, (await trusted()).length);
        expect(seen.size).toBeGreaterThanOrEqual(4);
      },
      { timeoutMs: 45_000 },
    );
    const { calls, failures } = await admittingUntil(fourGenerations);
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThan(100);
    expect(widest.cas).toBeGreaterThanOrEqual(2);
  });

  test('lets the old CA go once nobody can be serving under it', async () => {
    await startRegistered({ WEBHOOK_CERTIFICATE_SETTLE: '200ms' });
    const before = await stored();
    // Whoever deletes the Secret asks for a new one.
    await cluster.client.delete(secrets, target);
    await eventually(async () => {
      const after = await stored();
      expect(after.keys).toEqual(before.keys);
      expect(after.certificate).not.toBe(before.certificate);
      expect(after.cas).toHaveLength(1);
      expect(after.cas).not.toEqual(before.cas);
      expect(await trusted()).toEqual(after.cas);
    });
  });

  test.each([
    ['deleted', async () => cluster.client.delete(secrets, target)],
    ['emptied', async () => change({ 'tls.crt': '', 'tls.key': '', 'ca.crt': '' })],
    ['spoilt', async () => change({ 'tls.crt': 'no certificate' })],
    ['given the key of another', async () => change({ 'tls.key': (await another()).key })],
    ['given another CA', async () => change({ 'ca.crt': (await another()).ca })],
  ])('is replaced when the Secret is %s, without one failed call', async (_what, spoil) => {
    const replica = await startRegistered({ WEBHOOK_CERTIFICATE_SETTLE: '500ms' });
    const before = await servedCertificate(replica.port);
    const mended = spoil().then(() =>
      eventually(async () => {
        const after = await servedCertificate(replica.port);
        expect(after).not.toBe(before);
        expect(fingerprint((await stored()).certificate)).toBe(after);
      }),
    );
    const { failures } = await admittingUntil(mended);
    expect(failures).toEqual([]);
  });

  test('is made once by two controllers that start together, and served by both', async () => {
    const [one, two] = [await freePort(), await freePort()];
    await installWebhook(cluster, one);
    replicas.push(...(await Promise.all([startReplica(cluster, one), startReplica(cluster, two)])));
    await Promise.all(replicas.map(becomesReady));
    const { certificate, cas } = await stored();
    expect(cas).toHaveLength(1);
    expect(await trusted()).toEqual(cas);
    const served = await Promise.all([one, two].map(servedCertificate));
    expect(served).toEqual([fingerprint(certificate), fingerprint(certificate)]);
  });

  test('is followed by a replica that does not lead', async () => {
    const leader = await startRegistered({ WEBHOOK_CERTIFICATE_SETTLE: '300ms' });
    const follower = await start({ WEBHOOK_CERTIFICATE_SETTLE: '300ms' });
    await becomesReady(follower);
    const before = await servedCertificate(follower.port);
    expect(await servedCertificate(leader.port)).toBe(before);
    await cluster.client.delete(secrets, target);
    await eventually(async () => {
      const after = await servedCertificate(leader.port);
      expect(after).not.toBe(before);
      expect(await servedCertificate(follower.port)).toBe(after);
    });
    expect(follower.lines.map(({ message }) => message)).not.toContain(
      'The webhook’s certificate was changed',
    );
  });
});

describe('a Secret that somebody else keeps', () => {
  const name = 'from-cert-manager';
  const env = { WEBHOOK_CERTIFICATE_SECRET: name, WEBHOOK_CERTIFICATE_SUPPLIED: 'true' };

  async function supply(): Promise<void> {
    const { certificate, key, ca } = await another();
    const data = { 'tls.crt': encode(certificate), 'tls.key': encode(key), 'ca.crt': encode(ca) };
    const metadata = { namespace: systemNamespace, name };
    const found = await cluster.client.get<KubeObject>(secrets, metadata).catch(() => undefined);
    if (found !== undefined) await cluster.client.replace<KubeObject>(secrets, { ...found, data });
    else {
      const body = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', data };
      await cluster.client.create<KubeObject>(secrets, body);
    }
  }

  test('is waited for, used and followed, and never written', async () => {
    const replica = await start(env);
    await installWebhook(cluster, replica.port);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await replica.failing()).toContain('webhook-certificate-loaded');
    await expect(cluster.client.get(secrets, { namespace: systemNamespace, name })).rejects.toThrow(
      'not found',
    );

    await supply();
    await becomesReady(replica);
    await eventually(() => admit());
    const first = await cluster.client.get<KubeObject>(secrets, { namespace: systemNamespace, name });
    const served = await servedCertificate(replica.port);

    await supply();
    await eventually(async () => {
      expect(await servedCertificate(replica.port)).not.toBe(served);
      await admit();
    });
    const second = await cluster.client.get<KubeObject>(secrets, { namespace: systemNamespace, name });
    const writers = (second.metadata['managedFields'] as { manager: string }[]).map(({ manager }) => manager);
    expect(writers).toEqual(['test']);
    expect(second.metadata.uid).toBe(first.metadata.uid);
  });
});

const encode = (text: string): string => Buffer.from(text).toString('base64');

async function change(texts: Readonly<Record<string, string>>): Promise<void> {
  const data = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, encode(text)]));
  const patch = JSON.stringify({ data });
  await cluster.server.kubectl([
    ...['patch', 'secret', '-n', systemNamespace, target.name, '--type=merge', '-p', patch],
  ]);
}

const another = () =>
  issueCertificate({
    hosts: ['event-sinks-webhook.knative-eventing.svc'],
    nowMs: Date.now(),
    lifetimeMs: 3_600_000,
  });

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, startTestApiServer, type TestApiServer } from '@event-sinks/testing';
import {
  isAlreadyExists,
  isConflict,
  isNotFound,
  jobs,
  loadKubeClient,
  namespaces,
  secrets,
  toSinkError,
  type KubeApiError,
  type KubeClient,
  type KubeObject,
  type Resource,
} from '../src/index.ts';
import { configMapOf, configMaps, jobOf, resourceQuotas, secretOf } from './api-objects.ts';
import { refused } from './refused.ts';
import { makeFolder } from './scripted-server.ts';

let server: TestApiServer;
let client: KubeClient;
let folder: ReturnType<typeof makeFolder>;

beforeAll(async () => {
  folder = makeFolder();
  server = await startTestApiServer();
  client = loadKubeClient({ kubeconfig: server.kubeconfig, userAgent: 'kube-test' });
}, 120_000);

afterAll(async () => {
  await server.close();
  folder.remove();
});

async function namespace(name: string): Promise<string> {
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

/** A client with the rights of a new service account, of which there are none. */
async function strangerIn(namespaceName: string): Promise<KubeClient> {
  await server.kubectl(['create', 'serviceaccount', 'stranger', '-n', namespaceName]);
  const token = (await server.kubectl(['create', 'token', 'stranger', '-n', namespaceName])).trim();
  const config = JSON.parse(await server.kubectl(['config', 'view', '--raw', '-o', 'json'])) as {
    users: { name: string; user: object }[];
  };
  const users = config.users.map(({ name }) => ({ name, user: { token } }));
  const kubeconfig = join(folder.path, `stranger-${namespaceName}`);
  writeFileSync(kubeconfig, JSON.stringify({ ...config, users }));
  return loadKubeClient({ kubeconfig, userAgent: 'kube-test' });
}

describe('an object', () => {
  test('is answered by its metadata alone where no more is asked for, also when it is refused', async () => {
    const ns = await namespace('metadata-only');
    const secret = secretOf(ns, 'a');
    const created = await client.create(secrets, secret, { answer: 'metadata' });
    expect(Object.keys(created).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
    expect(created.metadata).toMatchObject({ name: 'a', uid: expect.any(String) });
    expect(isAlreadyExists(await refused(client.create(secrets, secret, { answer: 'metadata' })))).toBe(true);
  });

  test('is created, read, listed, replaced, patched and deleted', async () => {
    const ns = await namespace('crud');
    const created = await client.create(configMaps, configMapOf(ns, 'a', { one: '1' }));
    expect(created).toMatchObject({ kind: 'ConfigMap', metadata: { namespace: ns, name: 'a' } });
    expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);

    const target = { namespace: ns, name: 'a' };
    expect(await client.get(configMaps, target)).toEqual(created);
    expect((await client.list(configMaps, { namespace: ns })).items).toEqual([created]);

    const replaced = await client.replace(configMaps, { ...created, data: { two: '2' } });
    expect(replaced['data']).toEqual({ two: '2' });

    const versioned = { ...target, resourceVersion: replaced.metadata.resourceVersion! };
    const patched = await client.patch(configMaps, versioned, { data: { two: null, three: '3' } });
    expect(patched['data']).toEqual({ three: '3' });

    await client.delete(configMaps, target, { uid: created.metadata.uid });
    expect(isNotFound(await refused(client.get(configMaps, target)))).toBe(true);
  });

  test('that is there already is refused as such, and not as a conflict', async () => {
    const ns = await namespace('twice');
    await client.create(configMaps, configMapOf(ns, 'a'));
    const error = await refused(client.create(configMaps, configMapOf(ns, 'a')));
    expect(isAlreadyExists(error)).toBe(true);
    expect(isConflict(error)).toBe(false);
    expect(error).toMatchObject({ status: 409, reason: 'AlreadyExists' });
  });

  test('that has changed since is neither replaced, patched nor deleted', async () => {
    const ns = await namespace('stale');
    const first = await client.create(configMaps, configMapOf(ns, 'a', { n: '1' }));
    const second = await client.replace(configMaps, { ...first, data: { n: '2' } });
    const resourceVersion = first.metadata.resourceVersion!;
    const target = { namespace: ns, name: 'a' };
    for (const call of [
      () => client.replace(configMaps, { ...first, data: { n: '3' } }),
      () => client.patch(configMaps, { ...target, resourceVersion }, { data: { n: '3' } }),
      () => client.delete(configMaps, target, { resourceVersion }),
      () => client.delete(configMaps, target, { uid: '00000000-0000-0000-0000-000000000000' }),
    ]) {
      const error = await refused(call());
      expect([isConflict(error), isAlreadyExists(error)]).toEqual([true, false]);
    }
    expect(await client.get(configMaps, target)).toEqual(second);
  });

  test('takes its dependants along, or waits for them, as the delete says', async () => {
    const ns = await namespace('dependants');
    await client.create(jobs, jobOf(ns, 'a'));
    await client.delete(jobs, { namespace: ns, name: 'a' }, { propagationPolicy: 'Foreground' });
    // No garbage collector runs here, so the finalizer that the API server put there stays.
    expect((await client.get(jobs, { namespace: ns, name: 'a' })).metadata).toMatchObject({
      finalizers: ['foregroundDeletion'],
      deletionTimestamp: expect.any(String),
    });
  });

  test('is found by labels and fields, page by page, each item with its kind', async () => {
    const ns = await namespace('pages');
    for (let n = 0; n < 5; n += 1) {
      const labelled = configMapOf(ns, `a${n}`);
      const metadata = { ...labelled.metadata, labels: { odd: String(n % 2 === 1) } };
      await client.create(configMaps, { ...labelled, metadata });
    }
    const first = await client.list(configMaps, { namespace: ns, limit: 2 });
    expect(first.items.map(({ kind, apiVersion }) => `${apiVersion} ${kind}`)).toEqual(
      Array(2).fill('v1 ConfigMap'),
    );
    const second = await client.list(configMaps, { namespace: ns, limit: 3, continue: first.continue });
    expect([...first.items, ...second.items].map(({ metadata }) => metadata.name)).toEqual([
      'a0',
      'a1',
      'a2',
      'a3',
      'a4',
    ]);
    expect(second.continue).toBeUndefined();
    const names = async (selector: object): Promise<string[]> =>
      (await client.list(configMaps, { namespace: ns, ...selector })).items.map((item) => item.metadata.name);
    expect(await names({ labelSelector: 'odd=true' })).toEqual(['a1', 'a3']);
    expect(await names({ fieldSelector: 'metadata.name=a4' })).toEqual(['a4']);
  });
});

describe('strict validation', () => {
  test('names an unknown field, and without it the field is dropped', async () => {
    const ns = await namespace('strict');
    const typo = jobOf(ns, 'a', { ttlSecondAfterFinished: 1 });
    const error = await refused(client.create(jobs, typo, { fieldValidation: 'Strict' }));
    expect(error).toMatchObject({ status: 400, reason: 'BadRequest' });
    expect(error.message).toContain('unknown field "spec.ttlSecondAfterFinished"');
    expect(toSinkError(error).code).toBe('JobTemplateRefused');
    const created = await client.create(jobs, typo, { fieldValidation: 'Ignore' });
    expect(created['spec']).not.toHaveProperty('ttlSecondAfterFinished');
  });

  test('names a field that is given twice', async () => {
    const ns = await namespace('twofold');
    const body = JSON.stringify(jobOf(ns, 'a')).replace('"suspend":true', '"suspend":true,"suspend":false');
    const path = `/apis/batch/v1/namespaces/${ns}/jobs`;
    const error = await refused(
      client.request({ method: 'POST', path, body, query: { fieldValidation: 'Strict' } }),
    );
    expect(error.message).toContain('duplicate field "spec.suspend"');
  });
});

describe('a dry run', () => {
  test('answers as the real one would, and stores nothing', async () => {
    const ns = await namespace('dry');
    const tried = await client.create(jobs, jobOf(ns, 'a'), { dryRun: true });
    // The answer has been through defaulting, so it shows what would have been stored.
    expect(tried).toMatchObject({ metadata: { uid: expect.any(String) }, spec: { backoffLimit: 6 } });
    expect(isNotFound(await refused(client.get(jobs, { namespace: ns, name: 'a' })))).toBe(true);

    await client.create(jobs, jobOf(ns, 'a'));
    expect(isAlreadyExists(await refused(client.create(jobs, jobOf(ns, 'a'), { dryRun: true })))).toBe(true);
    const error = await refused(client.create(jobs, jobOf(ns, 'b', { template: {} }), { dryRun: true }));
    expect(error.status).toBe(422);
  });
});

describe('a status', () => {
  test('is patched at the version that it was decided on, and refused at another', async () => {
    const ns = await namespace('status');
    const job = await client.create(jobs, jobOf(ns, 'a'));
    const target = { namespace: ns, name: 'a', resourceVersion: job.metadata.resourceVersion! };
    const patched = await client.patchStatus(jobs, target, { active: 1 });
    expect(patched).toMatchObject({ status: { active: 1 }, spec: { suspend: true } });
    const error = await refused(client.patchStatus(jobs, target, { active: 2 }));
    expect(isConflict(error)).toBe(true);
    expect(await client.get(jobs, target)).toMatchObject({ status: { active: 1 } });
  });

  test('is replaced, and nothing else with it', async () => {
    const ns = await namespace('status-put');
    const job = await client.create(jobs, jobOf(ns, 'a'));
    const spec = { ...(job['spec'] as object), suspend: false };
    const after = await client.replaceStatus(jobs, { ...job, spec, status: { active: 3 } });
    expect(after).toMatchObject({ status: { active: 3 }, spec: { suspend: true } });
    expect(isConflict(await refused(client.replaceStatus(jobs, job)))).toBe(true);
  });
});

describe('what the API server says no with', () => {
  test('an account without rights: 403, ours to mend', async () => {
    const ns = await namespace('stranger');
    const stranger = await strangerIn(ns);
    for (const call of [
      () => stranger.create(jobs, jobOf(ns, 'a')),
      () => stranger.create(jobs, jobOf(ns, 'a'), { dryRun: true }),
      () => stranger.get(secrets, { namespace: ns, name: 'a' }),
      () => stranger.list(jobs),
      () => stranger.delete(jobs, { namespace: ns, name: 'a' }),
      () => stranger.stream({ method: 'GET', path: '/apis/batch/v1/jobs', query: { watch: true } }),
    ]) {
      const error = await refused(call());
      expect(error).toMatchObject({ status: 403, reason: 'Forbidden' });
      expect(error.message).toContain(`system:serviceaccount:${ns}:stranger`);
      expect(toSinkError(error).code).toBe('PermissionDenied');
    }
  });

  test('an account that is given rights meanwhile is let in', async () => {
    const ns = await namespace('admitted');
    const stranger = await strangerIn(ns);
    expect((await refused(stranger.create(jobs, jobOf(ns, 'a')))).status).toBe(403);
    await server.kubectl(['create', 'role', 'runner', '--verb=create', '--resource=jobs.batch', '-n', ns]);
    const binding = ['--role=runner', `--serviceaccount=${ns}:stranger`, '-n', ns];
    await server.kubectl(['create', 'rolebinding', 'stranger', ...binding]);
    // The authorizer follows its own watch.
    await eventually(() => stranger.create(jobs, jobOf(ns, 'a')));
  });

  test('a token that nobody issued: 401', async () => {
    const config = JSON.parse(await server.kubectl(['config', 'view', '--raw', '-o', 'json'])) as {
      users: { name: string }[];
    };
    const users = config.users.map(({ name }) => ({ name, user: { token: 'forged' } }));
    const kubeconfig = folder.file('forged', JSON.stringify({ ...config, users }));
    const forger = loadKubeClient({ kubeconfig, userAgent: 'kube-test' });
    const error = await refused(forger.list(jobs));
    expect(error).toMatchObject({ status: 401, reason: 'Unauthorized' });
    expect(toSinkError(error).code).toBe('PermissionDenied');
  });

  test.each<[string, Resource, (ns: string) => KubeObject, string]>([
    ['Jobs', jobs, (ns) => jobOf(ns, 'a'), 'count/jobs.batch'],
    ['Secrets', secrets, (ns) => secretOf(ns, 'a'), 'count/secrets'],
  ])('a quota on %s that is used up: 403, for later', async (kind, resource, make, limit) => {
    const ns = await namespace(`quota-${kind.toLowerCase()}`);
    await client.create(resourceQuotas, {
      ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { namespace: ns, name: 'q' } },
      spec: { hard: { [limit]: '1' } },
    });
    /** What the quota controller does, of which there is none here. */
    const count = async (status: object): Promise<void> => {
      const target = { namespace: ns, name: 'q' };
      const resourceVersion = (await client.get(resourceQuotas, target)).metadata.resourceVersion!;
      await client.patchStatus(resourceQuotas, { ...target, resourceVersion }, status);
    };
    // Admission follows its own watch, so it takes a moment to know.
    const refusedFor = (words: string): Promise<KubeApiError> =>
      eventually(async () => {
        const error = await refused(client.create(resource, make(ns), { dryRun: true }));
        expect(error.message).toContain(words);
        return error;
      });
    await count({ hard: { [limit]: '1' } });
    const unknown = await refusedFor('status unknown for quota: q');
    expect(unknown).toMatchObject({ status: 403, reason: 'Forbidden' });
    expect(toSinkError(unknown).code).toBe('QuotaExhausted');

    await count({ hard: { [limit]: '1' }, used: { [limit]: '1' } });
    const exceeded = await refusedFor('exceeded quota: q');
    expect(exceeded).toMatchObject({ status: 403, reason: 'Forbidden' });
    expect(toSinkError(exceeded).code).toBe('QuotaExhausted');
  });

  test('a Job that is none: 422, with every cause', async () => {
    const ns = await namespace('invalid');
    const template = { spec: { restartPolicy: 'Always', containers: [{ name: 'Main' }] } };
    const error = await refused(client.create(jobs, jobOf(ns, 'a', { template })));
    expect(error).toMatchObject({ status: 422, reason: 'Invalid', detailsKind: 'Job' });
    expect(error.causes.map(({ field }) => field)).toEqual([
      'spec.template.spec.containers[0].name',
      'spec.template.spec.containers[0].image',
      'spec.template.spec.restartPolicy',
    ]);
    expect(toSinkError(error).code).toBe('JobTemplateRefused');
  });

  test('a policy of the administrator: 422 or 403, and the template is to blame', async () => {
    const ns = await namespace('policed');
    const rule = { apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['jobs'] };
    const policy = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'suspended-only' },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: 'object.spec.suspend == true', message: 'Jobs start suspended here.' }],
      },
    };
    const binding = {
      ...{ apiVersion: policy.apiVersion, kind: 'ValidatingAdmissionPolicyBinding' },
      metadata: policy.metadata,
      spec: {
        policyName: 'suspended-only',
        validationActions: ['Deny'],
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': ns } } },
      },
    };
    await server.kubectl(
      ['apply', '-f', '-'],
      [policy, binding].map((each) => JSON.stringify(each)).join('\n---\n'),
    );
    const error = await eventually(
      () => refused(client.create(jobs, jobOf(ns, 'a', { suspend: false }), { dryRun: true })),
      { timeoutMs: 30_000 },
    );
    expect(error.message).toContain('Jobs start suspended here.');
    expect(toSinkError(error).code).toBe('JobTemplateRefused');
    await server.kubectl(['delete', 'validatingadmissionpolicybinding', 'suspended-only']);
  });

  test('a namespace that is being deleted: 403 with the cause', async () => {
    const ns = await namespace('ending');
    await server.kubectl(['delete', 'namespace', ns, '--wait=false']);
    for (const call of [
      () => client.create(jobs, jobOf(ns, 'a')),
      () => client.create(secrets, secretOf(ns, 'a')),
    ]) {
      const error = await eventually(() => refused(call()));
      expect(error).toMatchObject({ status: 403, reason: 'Forbidden' });
      expect(error.causes).toContainEqual(expect.objectContaining({ reason: 'NamespaceTerminating' }));
      expect(toSinkError(error).code).toBe('SinkTerminating');
    }
  });

  test('a namespace that is not there: 404 that says so', async () => {
    const error = await refused(client.create(jobs, jobOf('nowhere', 'a')));
    expect(error).toMatchObject({ status: 404, detailsKind: 'namespaces' });
    expect(toSinkError(error).code).toBe('SinkTerminating');
  });

  test('an object that is too large: 413 or 422, never a retry', async () => {
    const ns = await namespace('large');
    const secret = { ...secretOf(ns, 'a'), data: { event: 'A'.repeat(2 * 1024 * 1024) } };
    const error = await refused(client.create(secrets, secret));
    expect([413, 422]).toContain(error.status);
    const huge = { ...secretOf(ns, 'a'), data: { event: 'A'.repeat(4 * 1024 * 1024) } };
    const tooLarge = await refused(client.create(secrets, huge));
    expect(tooLarge).toMatchObject({ status: 413, reason: 'RequestEntityTooLarge' });
    expect(toSinkError(tooLarge).code).toBe('EventTooLarge');
  });

  test('a kind that is not installed: 404, and not that the object is missing', async () => {
    const unknown = { group: 'example.com', version: 'v1', plural: 'things', namespaced: true };
    const error = await refused(client.list(unknown));
    expect(error.status).toBe(404);
    expect(toSinkError(error).code).toBe('ApiServerUnavailable');
  });

  test('nothing, while it is away, and the next call after it is back goes through', async () => {
    const ns = await namespace('away');
    await server.pause();
    const error = await refused(client.create(jobs, jobOf(ns, 'a')));
    expect(error).toMatchObject({ status: undefined, transport: 'network' });
    expect(toSinkError(error).code).toBe('ApiServerUnavailable');
    await server.resume();
    await eventually(() => client.create(jobs, jobOf(ns, 'a')));
  });
});

test('names from users stay within their own segment of the path', async () => {
  const ns = await namespace('paths');
  for (const name of ['../secrets', 'a/b', 'a%2fb', 'a?x=y', 'a#b', 'ä', ' ']) {
    const error = await refused(client.get<KubeObject>(configMaps, { namespace: ns, name }));
    expect([400, 404]).toContain(error.status);
  }
});

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@event-sinks/testing';
import { crdManifest, type SinkKind, type StructuralSchema } from '../src/index.ts';
import {
  crdFile,
  crdName,
  resourceOf,
  sinkKinds,
  sinkPath,
  startSinkServer,
  type SinkServer,
} from './kube-api.ts';
import { jobSink, kafkaSink, smallestJob } from './samples.ts';

const mergePatch = 'application/merge-patch+json';
const url = 'http://sink.knative-eventing.svc.cluster.local/default/sample';
const sampleOf = { JobSink: jobSink(), KafkaSink: kafkaSink() };

let sinks: SinkServer;

beforeAll(async () => {
  sinks = await startSinkServer();
}, 120_000);

afterAll(() => sinks.close());

function kubectl(...args: string[]): Promise<string> {
  return sinks.server.kubectl(args);
}

function words(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

describe.each(sinkKinds)('the CRD of %s', (kind) => {
  test('is established, with a schema that is structural and names that nobody else has', async () => {
    const { body } = await sinks.api.send('GET', crdPath(kind));
    const { conditions } = (body as { status: { conditions: { type: string; status: string }[] } }).status;
    expect(Object.fromEntries(conditions.map(({ type, status }) => [type, status]))).toEqual({
      NamesAccepted: 'True',
      Established: 'True',
    });
  });

  test('is stored as the chart has it, so that applying it again changes nothing', async () => {
    const { body } = await sinks.api.send('GET', crdPath(kind));
    expect(body).toMatchObject(structuredClone(crdManifest(kind)));
    const again = await kubectl('diff', '--server-side', '-f', crdFile(kind));
    expect(again).toBe('');
  });

  test('is found by the label of addressable kinds', async () => {
    const found = await kubectl('get', 'crd', '-l', 'duck.knative.dev/addressable=true', '-o', 'name');
    expect(found).toContain(crdName(kind));
    expect(readFileSync(crdFile(kind), 'utf8')).toContain("knative.dev/crd-install: 'true'");
  });

  test('explains every field in our words', async () => {
    const root = crdManifest(kind).spec.versions[0].schema.openAPIV3Schema;
    const objects = objectsIn(root, resourceOf[kind].singular);
    expect(objects.length).toBeGreaterThan(8);
    for (const [path, fields] of objects) {
      const explained = words(await kubectl('explain', path));
      for (const description of fields) expect(explained).toContain(words(description));
    }
  });

  test.each(['all', 'knative', 'eventing', 'sink'])('is in the category %s', async (category) => {
    const name = `${kind.toLowerCase()}-in-${category}`;
    await sinks.api.send('POST', sinkPath(kind), {
      ...sampleOf[kind],
      metadata: { name, namespace: 'default' },
    });
    const full = `${resourceOf[kind].singular}.${resourceOf[kind].group}/${name}`;
    await eventually(async () => {
      expect((await kubectl('get', category, '-o', 'name')).split('\n')).toContain(full);
    });
  });
});

test('kubectl get sink shows both kinds', async () => {
  await sinks.api.send('POST', sinkPath('KafkaSink'), kafkaSink({}, 'topic'));
  await sinks.api.send('POST', sinkPath('JobSink'), jobSink(undefined, 'task'));
  await eventually(async () => {
    const found = (await kubectl('get', 'sink', '-o', 'name')).split('\n');
    expect(found).toContain('jobsink.sinks.knative.dev/task');
    expect(found).toContain('kafkasink.eventing.knative.dev/topic');
  });
});

describe.each(sinkKinds)('the status of a %s', (kind) => {
  const at = (name: string, subresource?: string): string => sinkPath(kind, name, subresource);
  const resource = resourceOf[kind].plural;

  async function make(name: string): Promise<void> {
    const metadata = { name, namespace: 'default' };
    const sink = { ...sampleOf[kind], metadata, status: { address: { url } } };
    const answer = await sinks.api.send('POST', sinkPath(kind), sink);
    expect(answer.status).toBe(201);
    expect(answer.body).not.toHaveProperty('status');
  }

  function patchStatus(name: string, status: object): ReturnType<SinkServer['api']['send']> {
    return sinks.api.send('PATCH', at(name, 'status'), { status }, mergePatch);
  }

  const ready = (status: string, reason?: string): object => ({
    conditions: [{ type: 'Ready', status, ...(reason !== undefined && { reason }) }],
  });

  test('cannot be written through the object, nor the object through it', async () => {
    await make('apart');
    const ofMain = await sinks.api.send('PATCH', at('apart'), { status: ready('True') }, mergePatch);
    expect(ofMain.status).toBe(200);
    expect(ofMain.body).not.toHaveProperty('status');
    const spec = kind === 'JobSink' ? { job: { spec: { suspend: true } } } : { contentMode: 'structured' };
    const metadata = { labels: { by: 'status' } };
    const changes = { metadata, spec, status: { observedGeneration: 1 } };
    const ofStatus = await sinks.api.send('PATCH', at('apart', 'status'), changes, mergePatch);
    expect(ofStatus.body).toMatchObject({ metadata: { generation: 1 }, status: { observedGeneration: 1 } });
    expect(ofStatus.body).not.toMatchObject({ spec });
    expect(ofStatus.body).not.toMatchObject({ metadata });
  });

  test('counts no generation, and a change of the spec does', async () => {
    await make('counted');
    expect((await patchStatus('counted', ready('True'))).body).toMatchObject({ metadata: { generation: 1 } });
    const spec =
      kind === 'JobSink'
        ? { job: { spec: { ttlSecondsAfterFinished: 600 } } }
        : { bootstrapServers: ['other:9092'] };
    const { body } = await sinks.api.send('PATCH', at('counted'), { spec }, mergePatch);
    expect(body).toMatchObject({ metadata: { generation: 2 }, spec });
  });

  test.each<[string, object, string]>([
    ['another word for True', ready('true'), 'Unsupported value: "true"'],
    [
      'a condition without a status',
      { conditions: [{ type: 'Ready' }] },
      'conditions[0].status: Required value',
    ],
    ['a condition without a type', { conditions: [{ type: '', status: 'True' }] }, 'conditions[0].type'],
    [
      'two conditions of one type',
      { conditions: [0, 1].map(() => ({ type: 'Ready', status: 'True' })) },
      'status.conditions[1]: Duplicate value',
    ],
    [
      'a time that is none',
      { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 'now' }] },
      'conditions[0].lastTransitionTime',
    ],
    ['a generation that is text', { observedGeneration: '1' }, 'status.observedGeneration'],
    ['an annotation that is a number', { annotations: { a: 1 } }, 'status.annotations.a'],
  ])('takes no %s', async (_sentence, status, text) => {
    await sinks.api.send('POST', sinkPath(kind), {
      ...sampleOf[kind],
      metadata: { name: 'strict', namespace: 'default' },
    });
    const answer = await patchStatus('strict', status);
    expect(answer.status).toBe(422);
    expect(answer.body.message).toContain(text);
  });

  test('shows in the columns URL, Age, Ready and Reason', async () => {
    await make('shown');
    await patchStatus('shown', { address: { url }, ...ready('False', 'SomeReason') });
    const [head = '', line = ''] = (await kubectl('get', resource, 'shown')).split('\n');
    expect(head.trim().split(/\s+/)).toEqual(['NAME', 'URL', 'AGE', 'READY', 'REASON']);
    expect(line.trim().split(/\s+/)).toEqual(['shown', url, expect.any(String), 'False', 'SomeReason']);
    const wide = await kubectl('get', resource, 'shown', '-o', 'wide');
    expect(wide.includes('TOPIC')).toBe(kind === 'KafkaSink');
  });

  test('leaves the columns of a new sink empty', async () => {
    await make('new');
    const [, line = ''] = (await kubectl('get', resource, 'new')).split('\n');
    expect(line.trim().split(/\s+/)).toHaveLength(2);
  });

  test('ends a kubectl wait, but not while it speaks of an earlier generation', async () => {
    await make('waited');
    const wait = (timeout: string): string[] => [
      ...['wait', '--for=condition=Ready', `${resource}/waited`, `--timeout=${timeout}`],
    ];
    const waiting = kubectl(...wait('20s'));
    await patchStatus('waited', { observedGeneration: 1, ...ready('True') });
    expect(await waiting).toContain('condition met');

    const spec = kind === 'JobSink' ? { job: { spec: { suspend: true } } } : { contentMode: 'structured' };
    await sinks.api.send('PATCH', at('waited'), { spec }, mergePatch);
    // A timeout of 0 looks once.
    expect((await sinks.server.tryKubectl(wait('0s'))).code).toBe(1);
    await patchStatus('waited', { observedGeneration: 2 });
    expect(await kubectl(...wait('0s'))).toContain('condition met');
  });
});

test('a JobSink shows in wide columns how many Jobs it has', async () => {
  await sinks.api.send('POST', sinkPath('JobSink'), jobSink(undefined, 'busy'));
  const status = { job: { active: 3, succeeded: 12, failed: 0 } };
  await sinks.api.send('PATCH', sinkPath('JobSink', 'busy', 'status'), { status }, mergePatch);
  const [head = '', line = ''] = (await kubectl('get', 'jobsink', 'busy', '-o', 'wide')).split('\n');
  expect(head.trim().split(/\s+/).slice(-3)).toEqual(['ACTIVE', 'SUCCEEDED', 'FAILED']);
  expect(line.trim().split(/\s+/).slice(-3)).toEqual(['3', '12', '0']);
});

test('a JobSink shows the selector of its Jobs', async () => {
  await sinks.api.send('POST', sinkPath('JobSink'), jobSink({ job: smallestJob }, 'selected'));
  const status = { job: { selector: 'sinks.knative.dev/job-sink-name=selected' } };
  const { body } = await sinks.api.send(
    'PATCH',
    sinkPath('JobSink', 'selected', 'status'),
    { status },
    mergePatch,
  );
  expect(body).toMatchObject({ status });
});

function crdPath(kind: SinkKind): string {
  return `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crdName(kind)}`;
}

/** The objects in a schema, as kubectl names them, with what their own fields are described by. */
function objectsIn(schema: StructuralSchema, path: string): [string, string[]][] {
  const object = schema.items ?? schema;
  const fields = Object.entries(object.properties ?? {}).filter(
    ([name]) => !['apiVersion', 'kind', 'metadata'].includes(name) || path.includes('.'),
  );
  const own = [schema, ...fields.map(([, field]) => field)].map(({ description = '' }) => description);
  const nested = fields.flatMap(([name, field]) => objectsIn(field, `${path}.${name}`));
  return fields.length === 0 ? [] : [[path, own], ...nested];
}

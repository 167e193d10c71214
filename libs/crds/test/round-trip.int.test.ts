import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseJobSink, parseKafkaSink, type SinkKind } from '../src/index.ts';
import { sinkPath, startSinkServer, type SinkServer } from './kube-api.ts';
import { jobSink, jobSinkOf, smallestJob } from './samples.ts';
import { seedDocuments } from './seed-documents.ts';

let sinks: SinkServer;

beforeAll(async () => {
  sinks = await startSinkServer();
}, 120_000);

afterAll(() => sinks.close());

describe('what the documentation shows is taken, and read back unchanged:', () => {
  test.each(seedDocuments)('%s', async (_title, text, sink) => {
    const kind = sink.kind as SinkKind;
    await sinks.server.kubectl(['apply', '-f', '-'], text);
    const { body } = await sinks.api.send('GET', sinkPath(kind, sink.metadata.name));
    const filledIn = kind === 'KafkaSink' ? { contentMode: 'binary', topicDeletionPolicy: 'Delete' } : {};
    expect(body['spec']).toEqual({ ...filledIn, ...(sink['spec'] as object) });
    const parsed = kind === 'JobSink' ? parseJobSink(body) : parseKafkaSink(body);
    expect(parsed).toEqual({ ok: true, value: body });
  });

  test.each(seedDocuments)(
    '%s, also by server-side apply and without a change the second time',
    async (_title, text) => {
      const apply = ['apply', '--server-side', '--force-conflicts', '--field-manager=gitops', '-f', '-'];
      await sinks.server.kubectl(apply, text);
      const read = (): Promise<string> => sinks.server.kubectl(['get', '-o', 'json', '-f', '-'], text);
      const before = JSON.parse(await read()) as { metadata: { generation: number } };
      await sinks.server.kubectl(apply, text);
      expect((JSON.parse(await read()) as typeof before).metadata.generation).toBe(
        before.metadata.generation,
      );
    },
  );

  test('but the fragment with nothing but ttlSecondsAfterFinished is told what it lacks', async () => {
    const sink = jobSink({ job: { spec: { ttlSecondsAfterFinished: 600 } } }, 'job-sink-example');
    const { stderr } = await sinks.server.tryKubectl(['apply', '-f', '-'], JSON.stringify(sink));
    expect(stderr).toContain('spec.job.spec.template is missing; write the pod template of the Job there');
  });
});

describe('spec.job', () => {
  test('keeps fields of a Kubernetes to come, at every depth, and values of every type', async () => {
    const odd = {
      text: 'ü\u2028"\\',
      none: null,
      no: false,
      list: [1, [], {}, null],
      nested: { deep: [{ er: 1 }] },
    };
    const [container] = smallestJob.spec.template.spec.containers;
    const job = {
      ofTomorrow: odd,
      metadata: { ofTomorrow: odd, labels: { 'kueue.x-k8s.io/queue-name': 'q' }, creationTimestamp: null },
      spec: {
        ofTomorrow: odd,
        suspend: true,
        template: {
          ofTomorrow: odd,
          metadata: { annotations: { a: 'b' }, creationTimestamp: null },
          spec: { ofTomorrow: odd, containers: [{ ...container, ofTomorrow: odd }] },
        },
      },
      status: { ofTomorrow: odd },
    };
    const { status } = await sinks.api.send('POST', `${sinkPath('JobSink')}?fieldValidation=Strict`, {
      ...jobSinkOf(job),
      metadata: { name: 'odd', namespace: 'default' },
    });
    expect(status).toBe(201);
    const { body } = await sinks.api.send('GET', sinkPath('JobSink', 'odd'));
    expect(body['spec']).toEqual({ job });
    expect(parseJobSink(body)).toEqual({ ok: true, value: body });
  });

  test('keeps whole numbers that JavaScript cannot hold', async () => {
    const text = JSON.stringify(jobSinkOf({ ...smallestJob, big: 'BIG' })).replace(
      '"BIG"',
      '9223372036854775807',
    );
    const answer = await sinks.api.send('POST', `${sinkPath('JobSink')}?dryRun=All`, text);
    expect(answer.status).toBe(201);
    expect(answer.text).toContain('"big":9223372036854775807');
  });

  test('may be half a megabyte', async () => {
    const args = Array.from({ length: 512 }, () => 'x'.repeat(1_000));
    const template = { spec: { containers: [{ name: 'main', image: 'bash:5', args }] } };
    const { status, body } = await sinks.api.send('POST', sinkPath('JobSink'), {
      ...jobSinkOf({ spec: { template } }),
      metadata: { name: 'large', namespace: 'default' },
    });
    expect(status).toBe(201);
    expect(body['spec']).toEqual({ job: { spec: { template } } });
  });
});

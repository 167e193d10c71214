import { describe, expect, test } from '@jest/globals';
import { eventIdentityAnnotation, jobSinkIdLabel, jobSinkNameLabel } from '@event-sinks/crds';
import { JobCounts } from './job-counts.ts';

const sinkAt = (namespace: string, name: string) => ({
  metadata: { namespace, name, uid: `uid of ${namespace}/${name}` },
});

const job = (namespace: string, sink: string, condition?: string) => ({
  metadata: {
    namespace,
    name: `${sink}-x`,
    labels: { [jobSinkNameLabel]: sink, [jobSinkIdLabel]: `${sink}-x` },
    annotations: { [eventIdentityAnnotation]: 'abc' },
    ownerReferences: [{ uid: `uid of ${namespace}/${sink}` }],
  },
  status: { conditions: condition === undefined ? [] : [{ type: condition, status: 'True' }] },
});

const sinks = [sinkAt('a', 'one'), sinkAt('a', 'two'), sinkAt('b', 'one')];

test('Jobs are counted by their sink and by how they stand, over all pages', () => {
  const counts = new JobCounts(sinks);
  counts.add([job('a', 'one'), job('a', 'one', 'Complete'), job('b', 'one', 'Failed')]);
  counts.add([job('a', 'one'), job('a', 'two', 'FailureTarget')]);
  expect(counts.all()).toEqual([
    { namespace: 'a', sink: 'one', outcome: 'running', jobs: 2 },
    { namespace: 'a', sink: 'one', outcome: 'complete', jobs: 1 },
    { namespace: 'b', sink: 'one', outcome: 'failed', jobs: 1 },
    { namespace: 'a', sink: 'two', outcome: 'running', jobs: 1 },
  ]);
});

describe('a Job makes no series', () => {
  const good = job('a', 'one');
  test.each<[string, object]>([
    ['without our annotation', { annotations: {} }],
    ['that is a copy under another name', { name: 'copy' }],
    [
      'with the label of a sink that is not there',
      { labels: { ...good.metadata.labels, [jobSinkNameLabel]: 'x' } },
    ],
    ['that another sink owns', { ownerReferences: [{ uid: 'uid of a/two' }] }],
    ['of an earlier sink of that name', { ownerReferences: [{ uid: 'before' }] }],
    ['without an owner', { ownerReferences: undefined }],
  ])('%s', (_what, change) => {
    const counts = new JobCounts(sinks);
    counts.add([{ ...good, metadata: { ...good.metadata, ...change } }]);
    expect(counts.all()).toEqual([]);
  });

  test('unless a dispatcher of 0.2.0 made it', () => {
    const counts = new JobCounts(sinks);
    const annotations = { 'sinks.knative.dev/event-digest': 'abc' };
    counts.add([{ ...good, metadata: { ...good.metadata, annotations } }]);
    expect(counts.all()).toHaveLength(1);
  });
});

import { expect, test } from '@jest/globals';
import { jobSinkNameLabel } from '@event-sinks/crds';
import { JobCounts } from './job-counts.ts';

const job = (namespace: string, sink: string, condition?: string) => ({
  metadata: { namespace, labels: { [jobSinkNameLabel]: sink } },
  status: { conditions: condition === undefined ? [] : [{ type: condition, status: 'True' }] },
});

test('Jobs are counted by their sink and by how they stand, over all pages', () => {
  const counts = new JobCounts();
  counts.add([job('a', 'one'), job('a', 'one', 'Complete'), job('b', 'one', 'Failed')]);
  counts.add([job('a', 'one'), job('a', 'two', 'FailureTarget')]);
  expect(counts.all()).toEqual([
    { namespace: 'a', sink: 'one', outcome: 'running', jobs: 2 },
    { namespace: 'a', sink: 'one', outcome: 'complete', jobs: 1 },
    { namespace: 'b', sink: 'one', outcome: 'failed', jobs: 1 },
    { namespace: 'a', sink: 'two', outcome: 'running', jobs: 1 },
  ]);
});

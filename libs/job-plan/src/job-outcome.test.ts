import { expect, test } from '@jest/globals';
import { jobOutcome } from './job-outcome.ts';

const is = (type: string, status = 'True') => ({ type, status });

test.each([
  ['without a status', undefined, 'running'],
  ['without conditions', { active: 1 }, 'running'],
  ['that is suspended', { conditions: [is('Suspended')] }, 'running'],
  ['that was suspended', { conditions: [is('Suspended', 'False')] }, 'running'],
  ['that will be complete', { conditions: [is('SuccessCriteriaMet')] }, 'running'],
  ['that will have failed', { conditions: [is('FailureTarget')] }, 'running'],
  ['that is complete', { conditions: [is('SuccessCriteriaMet'), is('Complete')] }, 'complete'],
  ['that has failed', { conditions: [is('FailureTarget'), is('Failed')] }, 'failed'],
  ['that is not complete', { conditions: [is('Complete', 'False')] }, 'running'],
  ['of which that is unknown', { conditions: [is('Failed', 'Unknown')] }, 'running'],
  [
    'with a condition of somebody else',
    { conditions: [is('constructor'), is('example.com/Failed')] },
    'running',
  ],
  ['with a condition beside it', { conditions: [is('Suspended', 'False'), is('Complete')] }, 'complete'],
  ['with a status of another shape', { conditions: [null, 'Failed', 7] }, 'running'],
  ['with conditions that are none', { conditions: 'Failed' }, 'running'],
])('a Job %s', (_what, status, outcome) => {
  expect(jobOutcome({ metadata: { name: 'a' }, status })).toBe(outcome);
});

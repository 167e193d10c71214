import { expect, test } from '@jest/globals';
import { hasStarted } from './job-status.ts';
import { eventSecretName, newSecretName } from './secret-name.ts';

const jobWith = (volumes: unknown) => ({
  metadata: { name: 'logger-a' },
  spec: { template: { spec: { volumes } } },
});
const named = (secretName: unknown, name = 'jobsink-event') => [
  { name: 'other' },
  { name, secret: { secretName } },
];

test('the name of a Secret is 80 random bits behind the Job’s', () => {
  expect(newSecretName('logger-a', new Uint8Array(10).fill(255))).toBe('logger-a-7777777777777777');
  expect(newSecretName('logger-a', new Uint8Array(32))).toBe('logger-a-aaaaaaaaaaaaaaaa');
});

test.each([
  ['that a dispatcher made', named('logger-a-abcdefgh234567ab'), 'logger-a-abcdefgh234567ab'],
  ['of a release before 0.3', named('logger-a'), 'logger-a'],
])('a Job %s names its Secret', (_what, volumes, name) => {
  expect(eventSecretName(jobWith(volumes))).toBe(name);
});

test.each([
  ['another Secret', named('bootstrap-token')],
  ['another Job’s Secret', named('logger-b-abcdefgh234567ab')],
  ['a Secret with a part that is too short', named('logger-a-abc')],
  ['a Secret with a part that is too long', named('logger-a-abcdefgh234567abc')],
  ['a Secret with other characters', named('logger-a-ABCDEFGH234567AB')],
  ['a number', named(7)],
  ['a Secret in another volume', named('logger-a', 'mine')],
  ['no volumes', undefined],
  ['volumes that are none', [null, 7, { name: 'jobsink-event' }]],
])('a Job that names %s names none of ours', (_what, volumes) => {
  expect(eventSecretName(jobWith(volumes))).toBeUndefined();
});

test.each([
  ['of which a pod runs', { active: 1, ready: 1 }, true],
  ['of which a pod has succeeded', { active: 2, succeeded: 1 }, true],
  ['whose pods wait', { active: 2, ready: 0 }, false],
  [
    'whose pods have failed, perhaps evicted',
    { failed: 3, conditions: [{ type: 'Failed', status: 'True' }] },
    false,
  ],
  ['of no completions', { conditions: [{ type: 'Complete', status: 'True' }] }, false],
  ['without a status', undefined, false],
  ['with a status of another shape', { ready: 'yes' }, false],
])('a Job %s', (_what, status, started) => {
  expect(hasStarted({ status })).toBe(started);
});

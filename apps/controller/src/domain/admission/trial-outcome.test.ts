import { describe, expect, test } from '@jest/globals';
import { outcomeOfFailure, outcomeText, type TrialFailure } from './trial-outcome.ts';

const failure = (
  status: number | undefined,
  text: string,
  change: Partial<TrialFailure> = {},
): TrialFailure => ({
  ...{ status, text, causes: [], reasons: [] },
  ...change,
});
const outcomeOf = (given: TrialFailure, job: Record<string, unknown> = {}) => outcomeOfFailure(given, job);
const asJob = 'Job in version "v1" cannot be handled as a Job:';

describe('a create that failed', () => {
  test.each<[string, TrialFailure, object]>([
    [
      'is a full quota',
      failure(403, 'jobs.batch "x" is forbidden: exceeded quota: q, requested: count/jobs.batch=1'),
      { kind: 'undecided', reason: 'QuotaExhausted' },
    ],
    ['is a quota not counted yet', failure(403, 'status unknown for quota: q'), { kind: 'undecided' }],
    [
      'is a namespace that is going',
      failure(403, 'because it is being terminated', { reasons: ['NamespaceTerminating'] }),
      { kind: 'undecided', reason: 'NamespaceTerminating' },
    ],
    [
      'is a webhook that takes no dry runs',
      failure(400, 'admission webhook "w" does not support dry run'),
      { kind: 'undecided', reason: 'DryRunUnsupported' },
    ],
    [
      'is a right of our own',
      failure(403, 'jobs.batch is forbidden: User "u" cannot create resource "jobs" in API group "batch"'),
      { kind: 'trouble' },
    ],
    ['is no answer', failure(undefined, 'POST: no answer (timeout)'), { kind: 'trouble' }],
    ['is an API server under load', failure(429, 'too many requests'), { kind: 'trouble' }],
    ['is an API server in trouble', failure(500, 'etcd: secret detail'), { kind: 'trouble' }],
    ['is a webhook of others that is down', failure(500, 'failed calling webhook "w"'), { kind: 'trouble' }],
    ['is a race for the quota', failure(409, 'conflict'), { kind: 'trouble' }],
    ['is a namespace that is gone', failure(404, 'namespaces "x" not found'), { kind: 'trouble' }],
    [
      'is an admission that says no',
      failure(403, 'admission webhook "w" denied the request: no'),
      { kind: 'refused' },
    ],
    [
      'is an admission that says no in its own way',
      failure(500, 'admission webhook "w" denied the request: no'),
      { kind: 'refused' },
    ],
    ['is a Job that is too large', failure(413, 'too large'), { kind: 'refused' }],
    ['is a Job that is wrong', failure(422, 'invalid'), { kind: 'refused' }],
  ])('%s', (_what, given, expected) => {
    expect(outcomeOf(given)).toMatchObject(expected);
  });

  test('does not tell what went wrong inside the cluster', () => {
    expect(outcomeText(outcomeOf(failure(500, 'etcd at 10.0.0.1: secret detail')))).toBe(
      'the API server answered with status 500',
    );
  });

  test.each<[string, TrialFailure, string[]]>([
    [
      'of a cause, below spec.job',
      failure(422, 'x', {
        causes: [{ field: 'spec.template.spec.restartPolicy', message: 'Required value' }],
      }),
      ['spec.job.spec.template.spec.restartPolicy: Required value'],
    ],
    [
      'of two causes for one field, once',
      failure(422, 'x', {
        causes: [
          { field: 'a', message: 'first' },
          { field: 'a', message: 'second' },
          { field: 'b', message: 'third' },
        ],
      }),
      ['spec.job.a: first', 'spec.job.b: third'],
    ],
    [
      'of unknown fields',
      failure(400, `${asJob} strict decoding error: unknown field "spec.a", unknown field "spec.b[0].c"`),
      [
        'spec.job.spec.a: is no field of batch/v1 Job; check its spelling and where it stands, or remove it',
        'spec.job.spec.b[0].c: is no field of batch/v1 Job; check its spelling and where it stands, or remove it',
      ],
    ],
    [
      'of a wrong type',
      failure(
        400,
        `${asJob} json: cannot unmarshal array into Go struct field JobSpec.spec.suspend of type bool`,
      ),
      ['spec.job.spec.suspend: must be true or false, not a list'],
    ],
    ['of nothing in particular', failure(403, 'policy says no'), ['spec.job: policy says no']],
  ])('names the field %s', (_what, given, expected) => {
    const outcome = outcomeOf(given);
    const problems = outcome.kind === 'refused' ? outcome.problems : [];
    expect(problems.map(({ field, message }) => `${field}: ${message}`)).toEqual(expected);
  });

  test('finds the quantity that cannot be read', () => {
    const resources = { limits: { cpu: 1, memory: '64MB' }, requests: { cpu: '100m', memory: '1e3' } };
    const job = { spec: { template: { spec: { containers: [{ resources }] } } } };
    expect(outcomeOf(failure(400, `${asJob} unable to parse quantity's suffix`), job)).toMatchObject({
      problems: [{ field: 'spec.job.spec.template.spec.containers[0].resources.limits[memory]' }],
    });
  });
});

test.each([
  ['without variables of ours', [{ name: 'A' }, { value: 'x' }], 3, 1],
  ['that sets one of ours itself', [{ name: 'K_EVENT_PATH', value: 'x' }, { value: 'y' }], 2, 1],
])('a variable of a container %s is named by its place in the JobSink', (_what, env, inJob, inSink) => {
  const job = { spec: { template: { spec: { initContainers: [{ name: 'a' }, { name: 'b', env }] } } } };
  const field = (prefix: string, index: number) =>
    `${prefix}spec.template.spec.initContainers[1].env[${index}].name`;
  const given = failure(422, 'invalid', { causes: [{ field: field('', inJob), message: 'Required value' }] });
  expect(outcomeOf(given, job)).toMatchObject({ problems: [{ field: field('spec.job.', inSink) }] });
  const unknown = failure(400, `${asJob} strict decoding error: unknown field "${field('', inJob)}"`);
  expect(outcomeOf(unknown, job)).toMatchObject({ problems: [{ field: field('spec.job.', inSink) }] });
});

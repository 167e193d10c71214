import { describe, expect, test } from '@jest/globals';
import { answerTo, readReview } from './admission-review.ts';

const sink = (spec: object, metadata: object = {}): object => ({
  metadata: { name: 'a', ...metadata },
  spec,
});
const reviewOf = (request: object): object => ({
  ...{ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' },
  request: { uid: 'u', resource: { group: 'sinks.knative.dev', resource: 'jobsinks' }, ...request },
});

describe('a request for admission', () => {
  test.each<[string, object, boolean]>([
    ['to create is tried', { operation: 'CREATE', object: sink({ job: 1 }) }, true],
    [
      'to change the spec is tried',
      { operation: 'UPDATE', object: sink({ a: 1 }), oldObject: sink({ a: 2 }) },
      true,
    ],
    [
      'to change labels passes',
      {
        operation: 'UPDATE',
        object: sink({ a: { b: [1] } }, { labels: {} }),
        oldObject: sink({ a: { b: [1] } }),
      },
      false,
    ],
    [
      'to change what is being deleted passes',
      {
        operation: 'UPDATE',
        object: sink({ a: 1 }, { deletionTimestamp: 'now' }),
        oldObject: sink({ a: 2 }),
      },
      false,
    ],
    ['to write the status passes', { operation: 'UPDATE', subResource: 'status', object: sink({}) }, false],
    ['to delete passes', { operation: 'DELETE', oldObject: sink({}) }, false],
    [
      'about something else passes',
      { operation: 'CREATE', resource: { group: 'batch', resource: 'jobs' } },
      false,
    ],
  ])('%s', (_what, request, tried) => {
    expect(readReview(reviewOf(request))).toMatchObject({ uid: 'u' });
    expect(readReview(reviewOf(request))?.toTry !== undefined).toBe(tried);
  });

  test.each([
    [null],
    ['text'],
    [[]],
    [{ kind: 'Job' }],
    [reviewOf({ uid: '' })],
    [{ ...reviewOf({}), apiVersion: 'v2' }],
  ])('is not %j', (body) => {
    expect(readReview(body)).toBeUndefined();
  });
});

describe('the answer', () => {
  const admission = { uid: 'u', toTry: { metadata: { name: 'a' } } };

  test('bounds what it says of many long problems', () => {
    const problems = Array.from({ length: 40 }, (_, index) => ({
      field: `f${index}`,
      message: 'x'.repeat(5_000),
    }));
    const { response } = answerTo(admission, { kind: 'refused', problems });
    expect(response.allowed).toBe(false);
    expect(JSON.stringify(response).length).toBeLessThan(16_000);
  });

  test('to trouble asks to try again', () => {
    const { response } = answerTo(admission, { kind: 'trouble', message: 'it is night' });
    expect(response).toMatchObject({ allowed: false, status: { code: 503 } });
    expect(JSON.stringify(response)).toContain(
      'it is night. Nothing is known to be wrong with the JobSink; try again',
    );
  });

  test('to what could not be decided is a warning', () => {
    const outcome = { kind: 'undecided', reason: 'QuotaExhausted', message: 'm'.repeat(900) } as const;
    const { response } = answerTo(admission, outcome);
    expect(response).toMatchObject({ uid: 'u', allowed: true });
    expect(response.warnings?.map((text) => text.length)).toEqual([256, 256, 256, 144]);
  });

  test('to a template that the API server warns of carries the warnings', () => {
    const { response } = answerTo(admission, {
      kind: 'valid',
      warnings: ['spec.job: would violate PodSecurity'],
    });
    expect(response).toEqual({ uid: 'u', allowed: true, warnings: ['spec.job: would violate PodSecurity'] });
    expect(answerTo(admission, { kind: 'valid', warnings: [] }).response).toEqual({
      uid: 'u',
      allowed: true,
    });
  });
});

import { isDeepStrictEqual } from 'node:util';
import { boundedProblems, problemText } from './problem.ts';
import { fieldsAt, isFields, type Fields } from './template-fields.ts';
import { admissionWarnings } from './template-warnings.ts';
import type { TrialOutcome } from './trial-outcome.ts';

/** What the API server asks about. */
export interface Admission {
  readonly uid: string;
  /** The JobSink whose template has to be tried; undefined when there is nothing to object to. */
  readonly toTry: Fields | undefined;
}

/** An answer as the API server expects it. */
export interface AdmissionReview {
  readonly apiVersion: 'admission.k8s.io/v1';
  readonly kind: 'AdmissionReview';
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly status?: Fields;
    readonly warnings?: readonly string[];
  };
}

/** Reads a request for admission; undefined when the body is none. */
export function readReview(body: unknown): Admission | undefined {
  if (!isFields(body) || body['apiVersion'] !== 'admission.k8s.io/v1' || body['kind'] !== 'AdmissionReview')
    return undefined;
  const request = fieldsAt(body, 'request');
  const { uid } = request;
  if (typeof uid !== 'string' || uid === '') return undefined;
  return { uid, toTry: isAboutTemplate(request) ? fieldsAt(request, 'object') : undefined };
}

/**
 * Only a new template is judged: what is stored keeps its labels, finalizers and status whatever the cluster
 * thinks of its template by now, and can always be deleted.
 */
function isAboutTemplate(request: Fields): boolean {
  const { resource, subResource = '', operation } = request;
  if (!isFields(resource) || resource['group'] !== 'sinks.knative.dev' || resource['resource'] !== 'jobsinks')
    return false;
  if (subResource !== '') return false;
  if (operation === 'CREATE') return true;
  const object = fieldsAt(request, 'object');
  if (operation !== 'UPDATE' || fieldsAt(object, 'metadata')['deletionTimestamp'] !== undefined) return false;
  return !isDeepStrictEqual(object['spec'], fieldsAt(request, 'oldObject')['spec']);
}

/** The answer that lets a request pass. */
export function allowed(uid: string, warnings: readonly string[] = []): AdmissionReview {
  return answer({ uid, allowed: true, ...(warnings.length > 0 && { warnings }) });
}

/** The answer that follows from a trial. */
export function answerTo({ uid, toTry }: Admission, outcome: TrialOutcome): AdmissionReview {
  switch (outcome.kind) {
    case 'valid':
      return allowed(uid, admissionWarnings(outcome.warnings));
    case 'undecided':
      return allowed(uid, admissionWarnings([outcome.message]));
    case 'refused':
      return answer({ uid, allowed: false, status: refusal(outcome.problems, toTry) });
    case 'trouble':
      return answer({ uid, allowed: false, status: trouble(outcome.message) });
  }
}

function refusal(found: Parameters<typeof boundedProblems>[0], object: Fields | undefined): Fields {
  const problems = boundedProblems(found);
  const { name } = fieldsAt(object ?? {}, 'metadata');
  return {
    code: 422,
    reason: 'Invalid',
    message: problemText(problems),
    details: {
      ...{ group: 'sinks.knative.dev', kind: 'JobSink', name },
      causes: problems.map(({ field, message }) => ({ reason: 'FieldValueInvalid', field, message })),
    },
  };
}

function trouble(why: string): Fields {
  const message = `spec.job could not be tried, so the JobSink is not taken: ${why}. Nothing is known to be wrong with the JobSink; try again in a moment`;
  return { code: 503, reason: 'ServiceUnavailable', message };
}

function answer(response: AdmissionReview['response']): AdmissionReview {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

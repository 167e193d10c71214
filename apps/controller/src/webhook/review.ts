import { parseJobSink } from '@event-sinks/crds';
import {
  allowed,
  answerTo,
  type Admission,
  type AdmissionReview,
} from '../domain/admission/admission-review.ts';
import type { TrialOutcome } from '../domain/admission/trial-outcome.ts';
import type { TemplateTrial } from './template-trial.ts';

/** How a request for admission was answered; a label of the metrics. */
export type Verdict = 'not-asked' | TrialOutcome['kind'];

/** Decides about one request for admission. */
export async function review(
  admission: Admission,
  trial: TemplateTrial,
  signal: AbortSignal,
): Promise<{ readonly verdict: Verdict; readonly answer: AdmissionReview }> {
  if (admission.toTry === undefined) return { verdict: 'not-asked', answer: allowed(admission.uid) };
  const outcome = await tried(admission.toTry, trial, signal);
  return { verdict: outcome.kind, answer: answerTo(admission, outcome) };
}

async function tried(object: unknown, trial: TemplateTrial, signal: AbortSignal): Promise<TrialOutcome> {
  const parsed = parseJobSink(object);
  if (parsed.ok) return trial(parsed.value, signal);
  // The CRD refuses these before we are asked; this is for a CRD that is older than the code.
  return { kind: 'refused', problems: parsed.problems.map(asProblem) };
}

function asProblem(problem: string): { field: string; message: string } {
  const [field = '', ...words] = problem.split(' ');
  return { field, message: words.join(' ') };
}

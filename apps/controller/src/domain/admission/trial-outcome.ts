import { cut, problemText, type Problem } from './problem.ts';
import { refusalProblems, type Refusal } from './refusal-words.ts';
import type { Fields } from './template-fields.ts';

/** What came of trying a template. */
export type TrialOutcome =
  | {
      readonly kind: 'valid';
      /** What the API server warned of, in terms of the JobSink. */
      readonly warnings: readonly string[];
    }
  /** The template is wrong. */
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  /** Something that is not the template's fault kept the trial from its end; it may well be right. */
  | { readonly kind: 'undecided'; readonly reason: UndecidedReason; readonly message: string }
  /** Nothing is known; to be tried again. */
  | { readonly kind: 'trouble'; readonly message: string };

/** Why a template could not be tried to its end. */
export type UndecidedReason = 'QuotaExhausted' | 'NamespaceTerminating' | 'DryRunUnsupported';

/** Where a create that failed leaves us. */
export interface TrialFailure extends Refusal {
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** Reasons of the causes. */
  readonly reasons: readonly string[];
}

/** Tells a wrong template from a full quota, and both from trouble that has nothing to do with either. */
export function outcomeOfFailure(failure: TrialFailure, job: Fields): TrialOutcome {
  const { status = 0, text } = failure;
  if (failure.reasons.includes('NamespaceTerminating')) return undecided('NamespaceTerminating', text);
  if (/exceeded quota|status unknown for quota/.test(text)) return undecided('QuotaExhausted', text);
  if (text.includes('does not support dry run')) return undecided('DryRunUnsupported', text);
  if (status === 403 && text.includes('cannot create resource "jobs"'))
    return { kind: 'trouble', message: noRight };
  // An admission webhook may refuse with any status; its words are the template's business all the same.
  const refused = [400, 403, 413, 422].includes(status) || /admission webhook ".*" denied/.test(text);
  if (refused) return { kind: 'refused', problems: refusalProblems(failure, job) };
  return { kind: 'trouble', message: troubleByStatus(status) };
}

const explanations: Readonly<Record<UndecidedReason, string>> = {
  QuotaExhausted:
    'a quota leaves no room for another Job now, and events will be answered with 429 until it does',
  NamespaceTerminating: 'the namespace is being deleted',
  DryRunUnsupported: 'an admission webhook of the cluster takes no part in dry runs',
};

function undecided(reason: UndecidedReason, text: string): TrialOutcome {
  const message = `spec.job could not be tried to the end: ${explanations[reason]} (${cut(text, 200)})`;
  return { kind: 'undecided', reason, message };
}

const noRight =
  'the controller itself may not create Jobs; give back the ClusterRole event-sinks-controller that the chart installs';

/** In our own words: what failed inside the cluster is no business of whoever makes a JobSink. */
function troubleByStatus(status: number): string {
  if (status === 0) return 'the API server did not answer in time';
  if (status === 429) return 'the API server asks to slow down';
  return `the API server answered with status ${status}`;
}

/** The outcome of a template that breaks our own rules, or undefined when it breaks none. */
export function outcomeOfRules(problems: readonly Problem[]): TrialOutcome | undefined {
  return problems.length > 0 ? { kind: 'refused', problems } : undefined;
}

/** An outcome in one line, for a log. */
export function outcomeText(outcome: TrialOutcome): string {
  if (outcome.kind === 'valid') return 'valid';
  return outcome.kind === 'refused' ? problemText(outcome.problems) : outcome.message;
}

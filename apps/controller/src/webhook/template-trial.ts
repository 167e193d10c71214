import type { JobSink } from '@event-sinks/crds';
import { defaultMountPath, eventVolume, mountsEventFolder, trialJob } from '@event-sinks/job-plan';
import {
  findKubeApiError,
  jobs,
  type KubeApiError,
  type KubeClient,
  type KubeObject,
} from '@event-sinks/kube';
import { ruleProblems, type EventPlace } from '../domain/admission/template-rules.ts';
import { templateWarnings } from '../domain/admission/template-warnings.ts';
import {
  outcomeOfFailure,
  outcomeOfRules,
  type TrialFailure,
  type TrialOutcome,
} from '../domain/admission/trial-outcome.ts';

/** Finds out whether the API server would take the Jobs of a JobSink; never throws. */
export type TemplateTrial = (sink: JobSink, signal: AbortSignal) => Promise<TrialOutcome>;

/** What a {@link TemplateTrial} works with. */
export interface TemplateTrialOptions {
  readonly client: Pick<KubeClient, 'create'>;
  /** Milliseconds until the API server must have answered. */
  readonly timeoutMs: number;
  /** A text that was never returned before. */
  readonly newId: () => string;
}

const eventPlace: EventPlace = {
  volume: eventVolume,
  mountPath: defaultMountPath,
  isFolder: mountsEventFolder,
};

/** Tries by a dry run, which passes every check of the API server and stores nothing. */
export function createTemplateTrial({ client, timeoutMs, newId }: TemplateTrialOptions): TemplateTrial {
  return async (sink, signal) => {
    const broken = outcomeOfRules(ruleProblems(sink, eventPlace));
    if (broken !== undefined) return broken;
    const warnings: string[] = [];
    const onWarning = (text: string): number => warnings.push(text);
    const options = { dryRun: true, fieldValidation: 'Strict', timeoutMs, signal, onWarning } as const;
    try {
      await client.create<KubeObject>(jobs, trialJob(sink, newId()), options);
      return { kind: 'valid', warnings: templateWarnings(warnings) };
    } catch (error) {
      const failure = findKubeApiError(error);
      if (failure === undefined) throw error;
      return outcomeOfFailure(asTrialFailure(failure), sink.spec.job);
    }
  };
}

function asTrialFailure({ status, message, causes }: KubeApiError): TrialFailure {
  return {
    status,
    // The client puts the request in front of the API server's words.
    text: message.replace(/^[A-Z]+ \S+: \d{3} /, ''),
    causes,
    reasons: causes.flatMap(({ reason }) => reason ?? []),
  };
}

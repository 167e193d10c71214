import type { ConditionFinding, JobSink } from '@event-sinks/crds';
import type { Clock, Logger } from '@event-sinks/runtime';
import {
  foundBefore,
  isTrialDue,
  keptFinding,
  templateFinding,
  type TrialTimes,
} from '../domain/admission/template-condition.ts';
import { outcomeText } from '../domain/admission/trial-outcome.ts';
import type { TemplateTrial } from '../webhook/template-trial.ts';

/** Says whether a JobSink's template is taken, and tries it no more often than that can have changed. */
export interface TemplateWatch {
  find(sink: JobSink, signal: AbortSignal): Promise<ConditionFinding>;
}

/** What a {@link TemplateWatch} works with. */
export interface TemplateWatchOptions {
  readonly trial: TemplateTrial;
  readonly times: TrialTimes;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Times of trials are remembered for so many sinks; what is forgotten is tried again when its spec changes. */
const mostRemembered = 10_000;

/** Remembers when each sink was tried last; what was found is in the sink's own status. */
export function createTemplateWatch({ trial, times, clock, logger }: TemplateWatchOptions): TemplateWatch {
  const triedAt = new Map<string, number>();
  const remember = (key: string): void => {
    triedAt.delete(key);
    triedAt.set(key, clock.monotonic());
    const [oldest] = triedAt.keys();
    if (triedAt.size > mostRemembered && oldest !== undefined) triedAt.delete(oldest);
  };
  return {
    async find(sink, signal) {
      const { uid, generation, namespace, name } = sink.metadata;
      const key = `${uid}/${generation}`;
      const at = triedAt.get(key);
      const before = foundBefore(sink.status, generation);
      const since = at === undefined ? undefined : clock.monotonic() - at;
      // What a predecessor found counts from when we first see it.
      if (at === undefined) remember(key);
      if (!isTrialDue(before, since, times)) return keptFinding(before);
      const outcome = await trial(sink, signal);
      remember(key);
      if (outcome.kind !== 'valid') {
        const fields = { namespace, name, outcome: outcome.kind, words: outcomeText(outcome) };
        logger.info('The template of a JobSink was tried and not simply taken', fields);
      }
      return templateFinding(outcome, before);
    },
  };
}

import type { ConditionFinding, JobSink } from '@event-sinks/crds';
import type { Clock, Logger } from '@event-sinks/runtime';
import {
  foundBefore,
  isTrialDue,
  keptFinding,
  templateFinding,
  withEvents,
  type TrialTimes,
} from '../domain/admission/template-condition.ts';
import type { EventRefusal } from '../domain/event-outcome.ts';
import { outcomeText } from '../domain/admission/trial-outcome.ts';
import type { TemplateTrial } from '../webhook/template-trial.ts';

/** Says whether a JobSink's template is taken, and tries it no more often than that can have changed. */
export interface TemplateWatch {
  /** @param refusal what becomes of the sink's events, if that is not well. */
  find(sink: JobSink, refusal: EventRefusal | undefined, signal: AbortSignal): Promise<ConditionFinding>;
}

/** What a {@link TemplateWatch} works with. */
export interface TemplateWatchOptions {
  readonly trial: TemplateTrial;
  readonly times: TrialTimes;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Trial {
  readonly at: number;
  readonly finding: ConditionFinding | undefined;
  /** Since when every trial has succeeded. */
  readonly validSince: number | undefined;
}

/** Trials are remembered for so many sinks; what is forgotten is tried again when its spec changes. */
const mostRemembered = 10_000;

/** Remembers the last trial of each sink; what a predecessor found is in the sink's own status. */
export function createTemplateWatch({ trial, times, clock, logger }: TemplateWatchOptions): TemplateWatch {
  const trials = new Map<string, Trial>();
  const remember = (key: string, finding: ConditionFinding | undefined): void => {
    const at = clock.monotonic();
    const validSince = finding?.status === 'True' ? (trials.get(key)?.validSince ?? at) : undefined;
    trials.delete(key);
    trials.set(key, { at, finding, validSince });
    const [oldest] = trials.keys();
    if (trials.size > mostRemembered && oldest !== undefined) trials.delete(oldest);
  };
  return {
    async find(sink, refusal, signal) {
      const { uid, generation, namespace, name } = sink.metadata;
      const key = `${uid}/${generation}`;
      const last = trials.get(key);
      // The status may not show yet what was found a moment ago, or its write was lost to another.
      const before = last?.finding ?? foundBefore(sink.status, generation);
      const since = last === undefined ? undefined : clock.monotonic() - last.at;
      // What a predecessor found counts from when we first see it.
      if (last === undefined) remember(key, before);
      const inViewOfEvents = (finding: ConditionFinding): ConditionFinding => {
        const now = clock.monotonic();
        return withEvents(finding, refusal, now - (trials.get(key)?.validSince ?? now));
      };
      if (!isTrialDue(before, since, times, refusal)) return inViewOfEvents(keptFinding(before));
      const outcome = await trial(sink, signal);
      const finding = templateFinding(outcome, before);
      remember(key, finding);
      if (outcome.kind !== 'valid') {
        const fields = { namespace, name, outcome: outcome.kind, words: outcomeText(outcome) };
        logger.info('The template of a JobSink was tried and not simply taken', fields);
      }
      return inViewOfEvents(finding);
    },
  };
}

import { toSinkError, type ErrorCode } from '@event-sinks/errors';
import type { Clock } from '@event-sinks/runtime';

/** What became of the last event of each sink, for the controller's probes. */
export interface LastOutcomes {
  /** Notes how an attempt to store an event of this sink ends. */
  noting<T>(sink: ToldSink, attempt: Promise<T>): Promise<T>;
  /** The value of `lastOutcomeHeader`; undefined before the first event. */
  describe(sink: ToldSink): string | undefined;
  /** The sink is gone, and so is what was kept for it. */
  forget(sink: Pick<ToldSink, 'namespace' | 'name'>): void;
}

/** The sink that an event was for. */
export interface ToldSink {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

interface Outcome {
  readonly uid: string;
  readonly what: 'Stored' | ErrorCode;
  /** When the first event of this outcome came, and the last; both by the monotonic clock. */
  readonly since: number;
  readonly at: number;
}

/** Refusals that are about the sink, its namespace or our rights; the others are about one event, or about a moment. */
const aboutTheSink: readonly ErrorCode[] = ['JobTemplateRefused', 'QuotaExhausted', 'PermissionDenied'];

/** One entry for each sink that has got an event. */
export function createLastOutcomes(clock: Pick<Clock, 'monotonic'>): LastOutcomes {
  const outcomes = new Map<string, Outcome>();
  const keyOf = ({ namespace, name }: Pick<ToldSink, 'namespace' | 'name'>): string => `${namespace}/${name}`;
  const lastOf = (sink: ToldSink): Outcome | undefined => {
    const last = outcomes.get(keyOf(sink));
    return last?.uid === sink.uid ? last : undefined;
  };
  const note = (sink: ToldSink, what: Outcome['what']): void => {
    const at = clock.monotonic();
    const last = lastOf(sink);
    const goesOn = last !== undefined && (last.what === 'Stored') === (what === 'Stored');
    outcomes.set(keyOf(sink), { uid: sink.uid, what, since: goesOn ? last.since : at, at });
  };
  return {
    async noting(sink, attempt) {
      try {
        const stored = await attempt;
        note(sink, 'Stored');
        return stored;
      } catch (error) {
        const { code } = toSinkError(error);
        if (aboutTheSink.includes(code)) note(sink, code);
        throw error;
      }
    },
    describe(sink) {
      const last = lastOf(sink);
      if (last === undefined) return undefined;
      const ago = (at: number): number => Math.round(clock.monotonic() - at);
      return `${last.what};ago=${ago(last.at)};since=${ago(last.since)}`;
    },
    forget: (sink) => {
      outcomes.delete(keyOf(sink));
    },
  };
}

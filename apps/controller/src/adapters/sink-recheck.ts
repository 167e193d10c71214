import { readyCondition, type SinkStatus } from '@event-sinks/crds';
import type { KubeObject } from '@event-sinks/kube';
import { TroubleLog, type Clock, type Logger } from '@event-sinks/runtime';
import { isBeginning } from '../domain/ready-event.ts';
import { Patience, type RecheckTimes } from '../domain/recheck.ts';
import { SlowStarts } from '../domain/slow-starts.ts';
import type { EventRecorder } from './event-recorder.ts';

/** What comes after a pass: what is told about a sink that is not ready, and when it is looked at again. */
export interface SinkRecheck {
  after(
    sink: KubeObject,
    status: SinkStatus,
    pass: {
      /** Names the sink in each line. */
      readonly logger: Logger;
      /** See `Looked.version`. */
      readonly version?: string | undefined;
    },
  ): { readonly requeueAfterMs: number };
  /** The sink is gone. */
  forget(uid: string): void;
}

/** What a {@link SinkRecheck} works with. */
export interface SinkRecheckOptions {
  readonly times: RecheckTimes;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly random: () => number;
}

/** One for each kind; what it remembers goes with the process. */
export function createSinkRecheck({ times, recorder, clock, random }: SinkRecheckOptions): SinkRecheck {
  const patience = new Patience(times, random);
  const starts = new SlowStarts();
  const troubles = new TroubleLog({ clock });
  const tell = (uid: string, status: SinkStatus, pass: { logger: Logger; isLate: boolean }): void => {
    const ready = status.conditions?.find(({ type }) => type === readyCondition);
    if (ready === undefined || (isBeginning(status) && !pass.isLate)) return;
    if (ready.status === 'True') {
      if (troubles.over(uid)) pass.logger.info('A sink is ready again');
      return;
    }
    troubles.trouble(uid, ready.reason ?? '', (fields) => {
      pass.logger.warn('A sink is not ready', { ...fields, words: ready.message });
    });
  };
  return {
    after(sink, status, { logger, version }) {
      const { uid = '', generation = 0 } = sink.metadata;
      const late = starts.event(uid, status, clock.monotonic());
      if (late !== undefined) recorder.record(sink, late);
      tell(uid, status, { logger, isLate: late !== undefined });
      return { requeueAfterMs: patience.next({ uid, generation, version }, status) };
    },
    forget(uid) {
      patience.forget(uid);
      starts.forget(uid);
      troubles.over(uid);
    },
  };
}

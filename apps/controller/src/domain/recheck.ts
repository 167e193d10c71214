import { readyCondition, type SinkStatus } from '@event-sinks/crds';

/** When to look at a sink again although nothing has been heard of. */
export interface RecheckTimes {
  /** Milliseconds for a sink that is ready; what Ready claims is older than this by no more than a pass takes. */
  readonly readyMs: number;
  /** Milliseconds for one that is not, which somebody may be waiting for. */
  readonly notReadyMs: number;
}

/** The next look at a sink with this status. */
export function lookAgainIn(status: SinkStatus, times: RecheckTimes): { readonly requeueAfterMs: number } {
  const ready =
    status.conditions?.some(({ type, status: is }) => type === readyCondition && is === 'True') === true;
  return { requeueAfterMs: ready ? times.readyMs : times.notReadyMs };
}

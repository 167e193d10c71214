import type { ConditionFinding, SinkStatus } from '@event-sinks/crds';
import type { EventRefusal } from './event-outcome.ts';

/** What the ready pods of a data plane said when they were asked about one generation of one sink. */
export interface DataPlaneView {
  readonly readyPods: number;
  /** How many of them serve it. */
  readonly serving: number;
  /** Milliseconds since the last of them was there; undefined while one is. */
  readonly emptyForMs?: number | undefined;
  /** The refusal that the latest event for the sink met. */
  readonly refusal?: EventRefusal | undefined;
}

/**
 * Milliseconds for which a data plane may be without a ready pod before its sinks say so. When both are uninstalled, the
 * controller ends within that time: nobody would be left to take back what it wrote.
 */
const leavingMs = 10_000;

const type = 'DataPlaneAvailable';

/** How long to wait before a sink that was served is told to have no ready pod; undefined when there is no reason to. */
export function waitForPods(view: DataPlaneView, status: SinkStatus | undefined): number | undefined {
  const wasServed = status?.conditions?.some((each) => each.type === type && each.status === 'True') === true;
  const leftMs = leavingMs - (view.emptyForMs ?? leavingMs);
  return wasServed && view.readyPods === 0 && leftMs > 0 ? leftMs : undefined;
}

/** Whether every pod that gets events now knows what to do with them. */
export function dataPlaneFinding({ readyPods, serving }: DataPlaneView, service: string): ConditionFinding {
  if (readyPods === 0) {
    const message = `No pod behind the Service ${service} is ready; look at its Deployment.`;
    return { type, status: 'False', reason: 'NoReadyPods', message };
  }
  if (serving < readyPods) {
    const message = `${serving} of ${readyPods} ready pods of ${service} serve this generation of the sink.`;
    return { type, status: 'False', reason: 'NotServedYet', message };
  }
  return { type, status: 'True' };
}

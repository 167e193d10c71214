import type { ConditionFinding } from '@event-sinks/crds';
import type { EventRefusal } from './event-outcome.ts';

/** What the ready pods of a data plane said when they were asked about one generation of one sink. */
export interface DataPlaneView {
  readonly readyPods: number;
  /** How many of them serve it. */
  readonly serving: number;
  /** The refusal that the latest event for the sink met. */
  readonly refusal?: EventRefusal | undefined;
}

/** Whether every pod that gets events now knows what to do with them. */
export function dataPlaneFinding({ readyPods, serving }: DataPlaneView, service: string): ConditionFinding {
  const type = 'DataPlaneAvailable';
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

import { readyCondition, type Condition, type SinkStatus } from '@event-sinks/crds';

/** What a person is told about a sink. */
export interface SinkEvent {
  readonly type: 'Normal' | 'Warning';
  /** One word, the condition's reason where there is one. */
  readonly reason: string;
  readonly note: string;
}

const readyOf = (status: SinkStatus | undefined): Condition | undefined =>
  status?.conditions?.find(({ type }) => type === readyCondition);

/**
 * The Event that a change of status deserves: only when Ready changed, or its reason did. A sink that has just been
 * made and is not ready yet deserves none: that is how every sink begins.
 */
export function readyEvent(before: SinkStatus | undefined, after: SinkStatus): SinkEvent | undefined {
  const [was, is] = [readyOf(before), readyOf(after)];
  if (is === undefined || (was?.status === is.status && was.reason === is.reason)) return undefined;
  if (is.status === 'True') return { type: 'Normal', reason: 'Ready', note: 'Events are taken.' };
  if (was === undefined) return undefined;
  return { type: 'Warning', reason: is.reason ?? 'NotReady', note: is.message ?? 'The sink is not ready.' };
}

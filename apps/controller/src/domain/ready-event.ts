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

/** Why a sink that has just been made is not ready, though nothing is wrong with it. */
const firstReasons: ReadonlySet<string> = new Set(['NotServedYet', 'TopicBeingCreated']);

/** Whether a sink without an address is on its way, as every sink is at first: nothing has been found to be wrong. */
export function isBeginning(status: SinkStatus): boolean {
  const ready = readyOf(status);
  if (status.address !== undefined || ready === undefined || ready.status === 'True') return false;
  return ready.status === 'Unknown' || firstReasons.has(ready.reason ?? '');
}

/** What a person is told of a sink that is not ready; undefined for one that is. */
export function notReadyEvent(status: SinkStatus): SinkEvent | undefined {
  const ready = readyOf(status);
  if (ready === undefined || ready.status === 'True') return undefined;
  const { reason = 'NotReady', message = 'The sink is not ready.' } = ready;
  return { type: 'Warning', reason, note: message };
}

/**
 * The Event that a change of status deserves: only when Ready changed, or its reason did. A sink that is wrong from the
 * start deserves one; a sink that only begins deserves none, since every sink does.
 */
export function readyEvent(before: SinkStatus | undefined, after: SinkStatus): SinkEvent | undefined {
  const [was, is] = [readyOf(before), readyOf(after)];
  if (is === undefined || (was?.status === is.status && was.reason === is.reason)) return undefined;
  if (is.status === 'True') return { type: 'Normal', reason: 'Ready', note: 'Events are taken.' };
  return isBeginning(after) ? undefined : notReadyEvent(after);
}

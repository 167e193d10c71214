/** A data plane that refuses the events of a sink: the Job, the Secret, or both cannot be created. */
export interface EventRefusal {
  /** The `Reason` with which events are refused, such as JobTemplateRefused. */
  readonly reason: string;
  /** Milliseconds since the first refusal after the last event that was stored. */
  readonly sinceMs: number;
  /** Milliseconds since the last one. */
  readonly agoMs: number;
}

/** What became of the last event that one pod was sent for a sink. */
export type EventOutcome = { readonly stored: true; readonly agoMs: number } | EventRefusal;

const form = /^([A-Z][A-Za-z]{1,63});ago=(\d{1,12});since=(\d{1,12})$/;

/** Reads the header `K-Sink-Last-Outcome` of a probe's answer; undefined where the pod says nothing that we understand. */
export function readEventOutcome(header: string | null): EventOutcome | undefined {
  const [, reason = '', ago, since] = form.exec(header ?? '') ?? [];
  if (reason === '') return undefined;
  if (reason === 'Stored') return { stored: true, agoMs: Number(ago) };
  return { reason, agoMs: Number(ago), sinceMs: Number(since) };
}

/** The refusal that pods report, if the latest event that any of them was sent was refused. */
export function currentRefusal(outcomes: readonly EventOutcome[]): EventRefusal | undefined {
  const latest = outcomes.reduce<EventOutcome | undefined>(
    (found, each) => (found === undefined || each.agoMs < found.agoMs ? each : found),
    undefined,
  );
  return latest === undefined || 'stored' in latest ? undefined : latest;
}

/** Milliseconds for which refusals must last before they say something about the sink and not about a moment. */
const lastingMs = 10_000;

/** Milliseconds after which a refusal is no news any more. */
const recentMs = 60_000;

/** Whether senders get refusals now. */
export function isRecent({ agoMs }: EventRefusal): boolean {
  return agoMs <= recentMs;
}

/**
 * Whether every event has been refused for a while, and still is, although dry runs of the Job succeed.
 * @param validMs milliseconds for which dry runs have succeeded.
 */
export function isLasting(refusal: EventRefusal, validMs: number): boolean {
  const { sinceMs, agoMs } = refusal;
  return sinceMs >= lastingMs && validMs - agoMs >= lastingMs && isRecent(refusal);
}

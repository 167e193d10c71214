import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAck, type LedgerEvent } from '../ledger.ts';
import { eventFor } from './events.ts';
import type { Sender } from './sender.ts';

/** Milliseconds in which a dispatcher must take events again once a fault is over. */
export const recoveryLimitMs = 10_000;

/** Milliseconds until a new event is taken at its first attempt, from now on. */
export async function recoveryOf(
  sender: Sender,
  base: string,
  { namespace, sink }: { namespace: string; sink: string },
): Promise<number> {
  const begun = performance.now();
  const refused: LedgerEvent[] = [];
  for (;;) {
    const event = eventFor(namespace, sink, `recovery-${randomUUID()}`);
    const outcome = await sender.attempt(event, 0, { base });
    const ms = performance.now() - begun;
    if (ms > 6 * recoveryLimitMs) return Number.POSITIVE_INFINITY;
    if (isAck(outcome)) {
      // A sender that gave up may leave a Job without its Secret, and that is not what is tried here.
      for (const each of refused) await sender.deliver(each, () => base);
      return Math.round(ms);
    }
    refused.push(event);
    await sleep(50);
  }
}

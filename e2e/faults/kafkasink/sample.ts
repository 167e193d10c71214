import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLedger } from './event-ledger.ts';
import { post } from './traffic.ts';

/** Milliseconds between two events of one sender. */
const sampleMs = 20;

/** What {@link sample} sends. */
export interface Sampling {
  readonly url: string;
  readonly ledger: EventLedger;
  /** One sender for each. */
  readonly keys: readonly string[];
  /** The number of the first event of each; 0 by default. */
  readonly from?: number;
  /** For so long at least, and until `until` settles. */
  readonly seconds: number;
  readonly until: Promise<unknown>;
}

/** Sends events at a steady rate and tells how long their answers take, in milliseconds. */
export async function sample(options: Sampling): Promise<{ p50: number; p99: number }> {
  const { url, ledger, keys, from = 0, seconds, until } = options;
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  let isOver = false;
  const send = async (key: string): Promise<void> => {
    for (let number = from; !isOver; number += 1) {
      const event = ledger.open(key, number);
      const begun = performance.now();
      await ledger.attempt(event, () => post(url, event, agent));
      times.push(performance.now() - begun);
      await sleep(sampleMs);
    }
  };
  const senders = keys.map(send);
  await Promise.all([until, sleep(seconds * 1_000)]);
  isOver = true;
  await Promise.all(senders);
  agent.destroy();
  times.sort((one, other) => one - other);
  const at = (part: number): number => Number((times[Math.floor(times.length * part)] ?? 0).toFixed(1));
  return { p50: at(0.5), p99: at(0.99) };
}

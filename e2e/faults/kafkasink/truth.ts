import { createHash } from 'node:crypto';
import type { SentEvent } from './event-ledger.ts';

/** A record as an independent consumer read it. */
export interface StoredRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, Buffer])[];
}

/** What the comparison of ledger and topic shows. */
export interface Verdict {
  /** Acknowledged events that no record holds with the same bytes. */
  readonly ackedButLost: number;
  /** Records of an event beyond the attempts that its sender made. */
  readonly duplicates: number;
  /** Events that stand behind a later one of their key. */
  readonly inversions: number;
  /** Records that come from no event, or hold other bytes, or stand in another partition than their key's others. */
  readonly strangers: number;
  readonly problems: readonly string[];
}

/** Compares what was sent and acknowledged with what is in the topic. */
export function compare(sent: ReadonlyMap<string, SentEvent>, stored: readonly StoredRecord[]): Verdict {
  const inOrder = [...stored].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  const copies = new Map<string, number>();
  const lastNumber = new Map<string, number>();
  const partitions = new Map<string, number>();
  const problems: string[] = [];
  let inversions = 0;
  let strangers = 0;
  for (const record of inOrder) {
    const event = eventOf(sent, record);
    if (event === undefined || (partitions.get(event.key) ?? record.partition) !== record.partition) {
      strangers += 1;
      problems.push(`partition ${record.partition}, offset ${record.offset} is not what was sent`);
      continue;
    }
    partitions.set(event.key, record.partition);
    const seen = copies.get(event.id) ?? 0;
    copies.set(event.id, seen + 1);
    // A retry's copy may come late, and so may an event that was given up; neither was promised a place.
    if (seen > 0 || !event.acked) continue;
    if (event.number < (lastNumber.get(event.key) ?? -1)) {
      inversions += 1;
      problems.push(`${event.id} stands behind a later event of its key`);
    }
    lastNumber.set(event.key, event.number);
  }
  const lost = [...sent.values()].filter(({ id, acked }) => acked && !copies.has(id));
  const doubled = [...sent.values()].filter(({ id, attempts }) => (copies.get(id) ?? 0) > attempts);
  problems.push(...lost.map(({ id }) => `${id} was acknowledged and is not there`));
  problems.push(...doubled.map(({ id }) => `${id} is there more often than it was sent`));
  return {
    ackedButLost: lost.length,
    duplicates: doubled.reduce((sum, { id, attempts }) => sum + (copies.get(id) ?? 0) - attempts, 0),
    inversions,
    strangers,
    problems: problems.slice(0, 10),
  };
}

function eventOf(sent: ReadonlyMap<string, SentEvent>, record: StoredRecord): SentEvent | undefined {
  const id = record.headers.find(([name]) => name === 'ce_id')?.[1].toString() ?? '';
  const event = sent.get(id);
  const sha256 = createHash('sha256')
    .update(record.value ?? '')
    .digest('hex');
  return event?.sha256 === sha256 && record.key?.toString() === event.key ? event : undefined;
}

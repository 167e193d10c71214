import { Partitioners, type Message, type PartitionMetadata } from 'kafkajs';

/** A message that has its partition; a resend of the same batch must find it in the same one. */
export interface PlacedMessage extends Message {
  partition: number;
}

/** Chooses the partition of a message. */
export type ChoosePartition = (message: Message) => number;

/**
 * Java's default for keys (murmur2), and for a batch's messages without key one partition that has a leader:
 * they have no order to keep, and one request to one partition is the cheapest.
 */
export function partitionChooser(topic: string, table: readonly PartitionMetadata[]): ChoosePartition {
  const choose = Partitioners.DefaultPartitioner();
  const partitionMetadata = [...table];
  let forKeyless: number | undefined;
  return (message) => {
    if (message.key !== null && message.key !== undefined)
      return choose({ topic, partitionMetadata, message });
    forKeyless ??= choose({ topic, partitionMetadata, message });
    return forKeyless;
  };
}

/** Splits by a property, keeping the order within each part. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): T[][] {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** The node that leads a partition; -1 while none does. */
export function leaderOf(table: readonly PartitionMetadata[], partition: number): number {
  return table.find(({ partitionId }) => partitionId === partition)?.leader ?? -1;
}

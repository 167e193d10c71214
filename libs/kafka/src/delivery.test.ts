import { describe, expect, test } from '@jest/globals';
import type { Message, PartitionMetadata } from 'kafkajs';
import { deliver, type Parcel } from './delivery.ts';
import type { SendResult } from './records.ts';
import type { ProducerSession } from './session.ts';

const leaders = (...nodes: number[]): PartitionMetadata[] =>
  nodes.map((leader, partitionId) => ({ partitionErrorCode: 0, partitionId, leader, replicas: [], isr: [] }));

class BrokerError extends Error {
  readonly type: string;
  constructor(type: string) {
    super(type);
    this.type = type;
  }
}

type Answer = (values: string[], partitions: Set<number>) => ReadonlyMap<number, number>;

const offsets = (partitions: Iterable<number>): Map<number, number> =>
  new Map([...partitions].map((partition) => [partition, 100 * partition]));

/** A session that has its table already, and answers each send as the test says. */
function session(answer: Answer, table: PartitionMetadata[] | undefined = leaders(1, 2)) {
  const sends: string[][] = [];
  const fake: ProducerSession = {
    connect: () => Promise.resolve(),
    table: () => table,
    send: (messages) => {
      const values = messages.map(({ value }) => String(value));
      sends.push(values);
      return Promise.resolve().then(() =>
        answer(values, new Set(messages.map((each) => each.partition ?? 0))),
      );
    },
    close: () => Promise.resolve(),
    abandon: () => undefined,
  };
  return { fake, sends };
}

async function send(fake: ProducerSession, messages: Message[]) {
  const results: SendResult[] = [];
  const parcels: Parcel[] = messages.map((message, index) => ({
    message,
    settle: (result) => {
      results[index] = result;
    },
  }));
  const usable = await deliver(fake, 't', parcels);
  return { usable, codes: results.map((result) => (result.ok ? 'ok' : result.error.code)), results };
}

/** Java puts the key "d" into partition 1 of 2 and "b" into partition 0: a1, a2 … go to 1, b1, b2 … to 0. */
const keyed = (...values: string[]): Message[] =>
  values.map((value) => ({ key: value.startsWith('a') ? 'd' : 'b', value }));

describe('deliver', () => {
  test('one send for each leader, each record with its own offset', async () => {
    const { fake, sends } = session((_, partitions) => offsets(partitions));
    const { usable, results } = await send(fake, keyed('a1', 'b1', 'a2'));
    expect(sends.map((values) => values.join())).toEqual(expect.arrayContaining(['a1,a2', 'b1']));
    expect(results.map((result) => (result.ok ? result.offset % 100 : undefined))).toEqual([0, 0, 1]);
    expect(usable).toBe(true);
  });

  test('several partitions of one leader go together', async () => {
    const { fake, sends } = session((_, partitions) => offsets(partitions), leaders(1, 1));
    await send(fake, keyed('a1', 'b1', 'a2'));
    expect(sends).toEqual([['a1', 'b1', 'a2']]);
  });

  test('a failed send of several partitions is repeated for each alone, with the same records', async () => {
    const refuse: Answer = (values, partitions) => {
      if (values.includes('a2')) throw new BrokerError('NOT_ENOUGH_REPLICAS');
      return offsets(partitions);
    };
    const { fake, sends } = session(refuse, leaders(1, 1));
    const { codes, usable } = await send(fake, keyed('a1', 'b1', 'a2', 'b2'));
    expect(codes).toEqual(['NotEnoughReplicas', 'ok', 'NotEnoughReplicas', 'ok']);
    expect(sends.map((values) => values.join())).toEqual(['a1,b1,a2,b2', 'a1,a2', 'b1,b2']);
    expect(usable).toBe(false);
  });

  test('a refused record is found by halving; the rest keeps its order and the session', async () => {
    const stored: string[] = [];
    const { fake } = session((values, partitions) => {
      if (values.includes('a3')) throw new BrokerError('MESSAGE_TOO_LARGE');
      stored.push(...values);
      return offsets(partitions);
    });
    const { codes, usable } = await send(fake, keyed('a1', 'a2', 'a3', 'a4', 'a5'));
    expect(codes).toEqual(['ok', 'ok', 'EventTooLarge', 'ok', 'ok']);
    expect(stored).toEqual(['a1', 'a2', 'a4', 'a5']);
    expect(usable).toBe(true);
  });

  test.each([
    'REQUEST_TIMED_OUT',
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    'NOT_ENOUGH_REPLICAS',
    'TOPIC_AUTHORIZATION_FAILED',
  ])('after %s the session is not used again', async (type) => {
    const { fake, sends } = session(() => {
      throw new BrokerError(type);
    });
    expect((await send(fake, keyed('a1', 'a2'))).usable).toBe(false);
    expect(sends).toEqual([['a1', 'a2']]);
  });

  test('a lost connection is not followed by another send', async () => {
    const { fake, sends } = session(
      () => {
        throw new Error('Closed connection');
      },
      leaders(1, 1),
    );
    const { codes, usable } = await send(fake, keyed('a1', 'b1'));
    expect(codes).toEqual(['KafkaUnavailable', 'KafkaUnavailable']);
    expect(sends).toHaveLength(1);
    expect(usable).toBe(false);
  });

  test('success without an acknowledgement for the partition is a failure', async () => {
    const { fake } = session(() => new Map([[0, 7]]), leaders(1, 1));
    const { codes, usable } = await send(fake, keyed('a1', 'b1'));
    expect(codes).toEqual(['KafkaUnavailable', 'ok']);
    expect(usable).toBe(false);
  });

  test('a new session sends one record first; when that fails, nothing else is sent', async () => {
    const { fake, sends } = session(() => {
      throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION');
    });
    const { codes } = await send({ ...fake, table: () => undefined }, keyed('a1', 'b1', 'a2'));
    expect(codes).toEqual(['TopicNotFound', 'TopicNotFound', 'TopicNotFound']);
    expect(sends).toEqual([['a1']]);
  });
});

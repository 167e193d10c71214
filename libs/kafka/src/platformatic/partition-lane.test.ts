import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { SendResult } from '../records.ts';
import { defaultProducerLimits } from '../producer-limits.ts';
import { BrokerError } from './broker-error.ts';
import { Shipment } from './parcel.ts';
import { PartitionLane, type LaneBatch } from './partition-lane.ts';

/** A lane whose encoded batches say what they are: `epoch/sequence:values`. */
function makeLane(limits = {}) {
  let epoch = -1;
  const doubts: string[] = [];
  let ready = 0;
  const lane = new PartitionLane({
    topic: 't',
    partition: 4,
    limits: { ...defaultProducerLimits, retries: 2, ...limits },
    encode: (records, identity) =>
      Buffer.from(
        `${identity.epoch}/${identity.sequence}:${records.map(({ value }) => String(value)).join('')}`,
      ),
    nextIdentity: () => ({ producerId: 1n, epoch: (epoch += 1) }),
    onReady: () => (ready += 1),
    refreshLeaders: () => Promise.resolve(),
    onGivenUp: ({ code }) => doubts.push(code),
  });
  const add = (values: string, timeoutMs = 60_000): Promise<readonly SendResult[]> => {
    const records = values.split('').map((value) => ({
      topic: 't',
      key: null,
      value: Buffer.from(value),
      headers: [],
    }));
    const shipment = new Shipment(records, timeoutMs);
    lane.add(shipment.parcels);
    return shipment.results;
  };
  /** Takes the next batch and shows its bytes. */
  const take = (): { batch: LaneBatch; text: string } => {
    const batch = lane.take();
    if (batch === undefined) throw new Error('nothing to take');
    return { batch, text: lane.bytesOf(batch).toString() };
  };
  return { lane, add, take, doubts, readyCount: () => ready };
}

const codes = (results: readonly SendResult[]): string[] =>
  results.map((result) => (result.ok ? String(result.offset) : result.error.code));

describe('a partition lane', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('numbers records one after another and gives each its offset', async () => {
    const { lane, add, take } = makeLane();
    const [first, second] = [add('ab'), add('c')];
    const { batch, text } = take();
    expect(text).toBe('0/0:abc');
    lane.acknowledge(batch, 10);
    const third = add('d');
    const next = take();
    expect(next.text).toBe('0/3:d');
    lane.acknowledge(next.batch, 20);
    expect(codes((await Promise.all([first, second, third])).flat())).toEqual(['10', '11', '12', '20']);
  });

  test('has one batch in flight', () => {
    const { lane, add, take } = makeLane();
    void add('a');
    take();
    void add('b');
    expect(lane.take()).toBeUndefined();
  });

  test('a failure that may pass is repeated with the same bytes, before what came later', async () => {
    const { lane, add, take } = makeLane();
    const sent = add('a');
    const first = take();
    void add('b');
    lane.fail(first.batch, new Error('Connection closed'));
    expect(lane.take()).toBeUndefined();
    await jest.advanceTimersByTimeAsync(100);
    const again = take();
    expect(again.text).toBe(first.text);
    lane.acknowledge(again.batch, 5);
    expect(codes(await sent)).toEqual(['5']);
    expect(take().text).toBe('0/1:b');
  });

  test('a batch that is given up leaves no number behind that another record could be taken for', async () => {
    const { lane, add, take, doubts } = makeLane();
    const sent = add('a');
    for (const pause of [100, 200]) {
      lane.fail(take().batch, new BrokerError('NOT_ENOUGH_REPLICAS'));
      await jest.advanceTimersByTimeAsync(pause);
    }
    lane.fail(take().batch, new BrokerError('NOT_ENOUGH_REPLICAS'));
    expect(codes(await sent)).toEqual(['NotEnoughReplicas']);
    expect(doubts).toEqual(['NotEnoughReplicas']);
    void add('b');
    expect(take().text).toBe('1/0:b');
  });

  test('nothing is repeated once its time is up', async () => {
    const { lane, add, take } = makeLane();
    const sent = add('a', 50);
    lane.fail(take().batch, new Error('Connection closed'));
    await jest.advanceTimersByTimeAsync(100);
    expect(codes(await sent)).toEqual(['KafkaUnavailable']);
    expect(lane.take()).toBeUndefined();
    expect(lane.isEmpty()).toBe(true);
    void add('b');
    expect(take().text).toBe('1/0:b');
  });

  test('records whose time is up while they wait are not sent', async () => {
    const { add, take } = makeLane();
    void add('a', 50);
    void add('b');
    await jest.advanceTimersByTimeAsync(60);
    expect(take().text).toBe('0/0:b');
  });

  test('a refused record is found by halving; the others keep their order', async () => {
    const { lane, add, take, doubts } = makeLane();
    const sent = add('abXcd');
    const stored: string[] = [];
    while (!lane.isEmpty()) {
      const { batch, text } = take();
      const values = text.split(':')[1] ?? '';
      if (values.includes('X')) lane.fail(batch, new BrokerError('MESSAGE_TOO_LARGE'));
      else {
        stored.push(values);
        lane.acknowledge(batch, 0);
      }
    }
    expect(stored.join('')).toBe('abcd');
    expect(codes(await sent)[2]).toBe('EventTooLarge');
    expect(doubts).toEqual([]);
  });

  test('a broker that has other numbers gets the batch under a new identity, once', async () => {
    const { lane, add, take } = makeLane();
    const sent = add('a');
    lane.fail(take().batch, new BrokerError('OUT_OF_ORDER_SEQUENCE_NUMBER'));
    const again = take();
    expect(again.text).toBe('1/0:a');
    lane.fail(again.batch, new BrokerError('OUT_OF_ORDER_SEQUENCE_NUMBER'));
    expect(codes(await sent)).toEqual(['KafkaUnavailable']);
  });

  test('numbers that the broker refuses in a repetition are not sent as another batch: the first may be stored', async () => {
    const { lane, add, take } = makeLane();
    const sent = add('a');
    lane.fail(take().batch, new Error('Connection closed'));
    await jest.advanceTimersByTimeAsync(100);
    lane.fail(take().batch, new BrokerError('OUT_OF_ORDER_SEQUENCE_NUMBER'));
    expect(codes(await sent)).toEqual(['KafkaUnavailable']);
    expect(lane.take()).toBeUndefined();
  });

  test('a refusal that stays is not repeated', async () => {
    const { lane, add, take } = makeLane();
    const sent = add('a');
    lane.fail(take().batch, new BrokerError('TOPIC_AUTHORIZATION_FAILED'));
    expect(codes(await sent)).toEqual(['PermissionDenied']);
  });

  test('a batch is at most as large as it may be, and a larger record goes alone', () => {
    const { lane, add, take } = makeLane({ maxBatchBytes: 100 });
    void add('abc');
    const first = take();
    expect(first.text).toBe('0/0:ab');
    lane.acknowledge(first.batch, 0);
    expect(take().text).toBe('0/2:c');
  });
});

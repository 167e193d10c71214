import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Logger } from '@event-sinks/runtime';
import { createKafkaJsProducer } from './kafkajs-producer.ts';
import { createAddressGuard } from './network/address-guard.ts';
import type { SendResult, TopicRecord } from './records.ts';
import type { ProducerSession } from './session.ts';

const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => logger,
};

const record = (value: string, topic = 't'): TopicRecord => ({
  ...{ topic, key: Buffer.from('k'), value: Buffer.from(value), headers: [] },
});
const codes = (results: readonly SendResult[]): string[] =>
  results.map((result) => (result.ok ? 'ok' : result.error.code));

type SendFake = (value: string) => Promise<unknown>;

/** A producer whose sessions are fakes; `log` tells what happened to them. */
function producerWith(send: SendFake, connect: () => Promise<void> = () => Promise.resolve()) {
  const log: string[] = [];
  let opened = 0;
  const openSession = (topic: string): ProducerSession => {
    opened += 1;
    const name = `${topic}#${opened}`;
    log.push(`open ${name}`);
    return {
      connect,
      table: () => [{ partitionErrorCode: 0, partitionId: 0, leader: 1, replicas: [1], isr: [1] }],
      send: async (messages) => {
        const value = messages.map((message) => String(message.value)).join();
        log.push(`send ${name} ${value}`);
        await send(value);
        return new Map([[0, 5]]);
      },
      close: () => {
        log.push(`close ${name}`);
        return Promise.resolve();
      },
      abandon: () => {
        log.push(`abandon ${name}`);
      },
    };
  };
  const limits = { deliveryTimeoutMs: 1000, idleMs: 60_000 };
  const connection = { bootstrapServers: ['unused:1'], clientId: 'test', addressGuard: createAddressGuard() };
  return { log, producer: createKafkaJsProducer({ connection, limits, logger, openSession }) };
}

const never: SendFake = () => new Promise(() => undefined);
const now: SendFake = () => Promise.resolve();

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a producer on kafkajs', () => {
  test('sends to one topic one at a time, to different topics side by side', async () => {
    const { producer, log } = producerWith((value) => (value === 'stuck' ? never(value) : now(value)));
    const stuck = producer.send([record('stuck', 'a')]);
    const behind = producer.send([record('behind', 'a')]);
    expect(codes(await producer.send([record('1', 'b')]))).toEqual(['ok']);
    expect(log.filter((line) => line.startsWith('send'))).toEqual(['send a#1 stuck', 'send b#2 1']);
    await jest.advanceTimersByTimeAsync(1000);
    expect(codes(await stuck)).toEqual(['KafkaUnavailable']);
    expect(await behind).toHaveLength(1);
  });

  test('a send that takes too long is given up with its session, and the next one has a new session', async () => {
    const { producer, log } = producerWith((value) => (value === 'stuck' ? never(value) : now(value)));
    const stuck = producer.send([record('stuck')]);
    await jest.advanceTimersByTimeAsync(999);
    const behind = producer.send([record('behind')]);
    await jest.advanceTimersByTimeAsync(1);
    expect(codes(await stuck)).toEqual(['KafkaUnavailable']);
    expect(codes(await behind)).toEqual(['ok']);
    expect(log).toEqual(['open t#1', 'send t#1 stuck', 'abandon t#1', 'open t#2', 'send t#2 behind']);
  });

  test('a late end of a send that was given up does not touch the new session', async () => {
    let endStuck: (error: Error) => void = () => undefined;
    const { producer, log } = producerWith((value) =>
      value === 'stuck' ? new Promise((_, reject) => (endStuck = reject)) : now(value),
    );
    const stuck = producer.send([record('stuck')]);
    await jest.advanceTimersByTimeAsync(1000);
    await stuck;
    await producer.send([record('1')]);
    endStuck(new Error('too late'));
    expect(codes(await producer.send([record('2')]))).toEqual(['ok']);
    expect(log.at(-1)).toBe('send t#2 2');
    expect(log.filter((line) => line.startsWith('abandon'))).toEqual(['abandon t#1']);
  });

  test('a connection that fails is tried anew by the next send', async () => {
    let attempts = 0;
    const { producer, log } = producerWith(now, () => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new Error('connect ECONNREFUSED')) : Promise.resolve();
    });
    expect(codes(await producer.send([record('1')]))).toEqual(['KafkaUnavailable']);
    expect(codes(await producer.send([record('2')]))).toEqual(['ok']);
    expect(log).toEqual(['open t#1', 'abandon t#1', 'open t#2', 'send t#2 2']);
  });

  test('results come in the order of the records, whatever their topics', async () => {
    const { producer } = producerWith((value) =>
      value === 'bad' ? Promise.reject(new Error('no')) : now(value),
    );
    const results = await producer.send([record('1', 'a'), record('bad', 'b'), record('2', 'a')]);
    expect(codes(results)).toEqual(['ok', 'KafkaUnavailable', 'ok']);
  });

  test('an idle topic lets go of its connections, and connects again when it is used', async () => {
    const { producer, log } = producerWith(now);
    await producer.send([record('1')]);
    await jest.advanceTimersByTimeAsync(60_000);
    await producer.send([record('2')]);
    expect(log).toEqual(['open t#1', 'send t#1 1', 'close t#1', 'open t#2', 'send t#2 2']);
  });

  test('close waits for what is being sent', async () => {
    const { producer, log } = producerWith(now);
    const sending = producer.send([record('1')]);
    await producer.close();
    expect(codes(await sending)).toEqual(['ok']);
    expect(log.at(-1)).toBe('close t#1');
    expect(codes(await producer.send([record('2')]))).toEqual(['KafkaUnavailable']);
  });
});

import { expect, test } from '@jest/globals';
import { SinkError, type ErrorCode } from '@event-sinks/errors';
import { FakeTime, recordingLogger } from '@event-sinks/testing';
import { producerLog } from './producer-log.ts';

function startLog() {
  const time = new FakeTime();
  const logger = recordingLogger();
  const log = producerLog(logger, time.clock(), (topic) => ({ sinks: [`shop/${topic}`] }));
  const giveUp = (topic: string, code: ErrorCode): void => {
    log.warn('kafka batch given up', { topic, partition: 0, cause: new SinkError(code) });
  };
  return { time, log, giveUp, lines: logger.lines };
}

test('batches that are given up all the time are told once in five minutes, with the sinks that wrote them', async () => {
  const { time, giveUp, lines } = startLog();
  for (let second = 0; second < 310; second += 1) {
    giveUp('orders', 'CredentialsRefused');
    await time.advance(1_000);
  }
  expect(lines.map(({ fields }) => fields)).toMatchObject([
    { topic: 'orders', sinks: ['shop/orders'] },
    { topic: 'orders', sinks: ['shop/orders'], repeated: 299 },
  ]);
});

test('another cause and another topic are told at once', () => {
  const { giveUp, lines } = startLog();
  giveUp('orders', 'CredentialsRefused');
  giveUp('orders', 'KafkaUnavailable');
  giveUp('bills', 'KafkaUnavailable');
  expect(lines).toHaveLength(3);
});

test('what is no trouble passes as it is', () => {
  const { log, lines } = startLog();
  for (let count = 0; count < 3; count += 1) log.child({ part: 'x' }).info('Connected');
  expect(lines.map(({ level, fields }) => [level, fields])).toEqual(Array(3).fill(['info', { part: 'x' }]));
});

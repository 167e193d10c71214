import { expect, test } from '@jest/globals';
import { TroubleLog, type TroubleFields } from './trouble-log.ts';

function makeLog(most?: number) {
  const time = { now: 0 };
  const lines: TroubleFields[] = [];
  const log = new TroubleLog({
    clock: { monotonic: () => time.now },
    ...(most !== undefined && { most }),
  });
  const trouble = (key: string, reason: string): void => {
    log.trouble(key, reason, (fields) => lines.push(fields));
  };
  return { time, lines, log, trouble };
}

test('what is so every second is told once in five minutes, with how often it was not', () => {
  const { time, lines, trouble } = makeLog();
  for (let second = 0; second < 600; second += 1) {
    trouble('shop/orders', 'TopicNotFound');
    time.now += 1_000;
  }
  expect(lines).toEqual([{ reason: 'TopicNotFound' }, { reason: 'TopicNotFound', repeated: 299 }]);
});

test('another reason is news, and so is another thing', () => {
  const { lines, trouble } = makeLog();
  for (const reason of ['A', 'A', 'B', 'A']) trouble('one', reason);
  trouble('two', 'A');
  expect(lines.map(({ reason }) => reason)).toEqual(['A', 'B', 'A', 'A']);
});

test('what comes again after it was over is news', () => {
  const { lines, log, trouble } = makeLog();
  trouble('one', 'A');
  expect(log.over('one')).toBe(true);
  expect(log.over('one')).toBe(false);
  trouble('one', 'A');
  expect(lines).toHaveLength(2);
});

test('the number of things that are kept in mind has a limit, beyond which the oldest are new again', () => {
  const { lines, trouble } = makeLog(2);
  for (const key of ['one', 'two', 'three']) trouble(key, 'A');
  trouble('three', 'A');
  expect(lines).toHaveLength(3);
  trouble('one', 'A');
  expect(lines).toHaveLength(4);
});

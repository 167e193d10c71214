import { describe, expect, test } from '@jest/globals';
import { createLogger, type LogLevel } from './logger.ts';

function capture(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const logger = createLogger({
    name: 'job-sink',
    level,
    destination: { write: (line) => lines.push(line) },
  });
  const last = () => JSON.parse(lines.at(-1)!) as Record<string, unknown>;
  return { lines, logger, last };
}

describe('a log line', () => {
  test('is one JSON object with time, level, logger, message and the fields', () => {
    const { logger, lines, last } = capture();
    logger.info('Sink added', { namespace: 'demo', count: 3 });
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(last()).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: 'info',
      logger: 'job-sink',
      message: 'Sink added',
      namespace: 'demo',
      count: 3,
    });
  });

  test('is not written below the level', () => {
    const { logger, lines } = capture('warn');
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(lines).toHaveLength(2);
  });

  test('carries the fields of every parent, each key once, the nearest winning', () => {
    const { logger, lines, last } = capture();
    logger.child({ a: 1, b: 1 }).child({ b: 2 }).info('x', { c: 3 });
    expect(last()).toMatchObject({ a: 1, b: 2, c: 3 });
    expect(lines[0]!.match(/"b":/g)).toHaveLength(1);
  });

  test('spells out an error with its chain of causes', () => {
    const { logger, last } = capture();
    const inner = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    logger.error('Store failed', { error: new Error('outer', { cause: inner }) });
    expect(last()['error']).toMatchObject({
      type: 'Error',
      message: 'outer',
      stack: expect.arrayContaining([expect.stringContaining('logger.test.ts')]),
      cause: { message: 'refused', code: 'ECONNREFUSED' },
    });
  });
});

describe('what a field may do to a line', () => {
  const hostile: Record<string, unknown> = {
    'a long string is cut and marked': 'x'.repeat(100_000),
    'a line break stays inside the line': 'a\r\nb\u2028c\u001b[31m',
    'a lone surrogate is survived': '\ud800'.repeat(300),
    'a big integer is printed': 12345678901234567890n,
    'a function is named, not called': () => 'secret',
    'bytes are counted, not printed': Buffer.from('payload'),
    'a broken date is survived': new Date(Number.NaN),
    'undefined is left out': undefined,
    'a wide list is shortened': Array.from({ length: 10_000 }, () => 'y'),
    'a wide object is shortened': Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i])),
  };
  test.each(Object.keys(hostile))('%s', (sentence) => {
    const { logger, lines, last } = capture();
    logger.info('Hostile', { value: hostile[sentence] });
    expect(lines).toHaveLength(1);
    expect(lines[0]!.trimEnd().split('\n')).toHaveLength(1);
    expect(lines[0]!.length).toBeLessThan(20_000);
    expect(lines[0]).not.toContain('payload');
    expect(last()['message']).toBe('Hostile');
  });

  test('a ring of objects, of causes and of lists ends', () => {
    const { logger, lines } = capture();
    const ring: Record<string, unknown> = {};
    ring['self'] = ring;
    const cause = new Error('ring');
    cause.cause = cause;
    logger.info('Ring', { ring, cause, all: new AggregateError([cause], 'many') });
    expect(lines).toHaveLength(1);
    expect(lines[0]!.length).toBeLessThan(100_000);
  });

  test('a cut string keeps its first 256 characters', () => {
    const { logger, last } = capture();
    logger.info('Cut', { value: 'z'.repeat(300) });
    expect(last()['value']).toBe(`${'z'.repeat(256)}…[cut]`);
  });

  test('a field cannot pose as the level or the message', () => {
    const { logger, last } = capture();
    logger.child({ logger: 'other' }).info('True message', { level: 'error', message: 'forged' });
    expect(last()).toMatchObject({ level: 'info', message: 'True message', logger: 'job-sink' });
    expect(last()).toMatchObject({ level_: 'error', message_: 'forged', logger_: 'other' });
  });
});

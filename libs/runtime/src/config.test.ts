import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, loadConfig } from './config.ts';
import {
  envBool,
  envDuration,
  envEnum,
  envInt,
  envNamespaces,
  envOptionalString,
  envString,
  type EnvField,
} from './config-fields.ts';
import { inOrder } from './config-order.ts';

const schema = z.object({
  PORT: envInt({ min: 0, max: 65535, default: 8080 }),
  DEADLINE: envDuration({ min: 100, max: 60_000, default: 10_000 }),
  TRACE: envBool({ default: false }),
  LEVEL: envEnum(['debug', 'info'], { default: 'info' }),
  NAMESPACE: envString(),
  KAFKA_PASSWORD: envString({ pattern: /^x+$/, default: 'x' }),
  ENDPOINT: envOptionalString(),
});

function problemsOf(env: Record<string, string | undefined>) {
  try {
    loadConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('expected a ConfigError');
}

describe('loadConfig', () => {
  test('takes defaults for what is unset or empty and ignores other variables', () => {
    expect(loadConfig(schema, { NAMESPACE: 'ns', PORT: '', HOME: '/root' })).toEqual({
      PORT: 8080,
      DEADLINE: 10_000,
      TRACE: false,
      LEVEL: 'info',
      NAMESPACE: 'ns',
      KAFKA_PASSWORD: 'x',
      ENDPOINT: undefined,
    });
  });

  test('freezes the result', () => {
    expect(Object.isFrozen(loadConfig(schema, { NAMESPACE: 'ns' }))).toBe(true);
  });

  test('reports every problem at once, with what is expected and what was given', () => {
    const { problems, message } = problemsOf({
      PORT: '99999',
      DEADLINE: 'soon',
      TRACE: 'yes',
      LEVEL: 'loud',
    });
    expect(problems).toEqual([
      { name: 'PORT', given: '"99999"', expected: 'an integer from 0 to 65535' },
      {
        name: 'DEADLINE',
        given: '"soon"',
        expected: 'a duration such as 500ms, 10s or 1m30s from 100ms to 60000ms',
      },
      { name: 'TRACE', given: '"yes"', expected: 'true or false' },
      { name: 'LEVEL', given: '"loud"', expected: 'one of debug, info' },
      { name: 'NAMESPACE', given: 'nothing', expected: 'some text' },
    ]);
    expect(message).toContain('\n  LEVEL: expected one of debug, info, got "loud"');
  });

  test('never shows the value of a variable that may hold a secret', () => {
    const { message } = problemsOf({ NAMESPACE: 'ns', KAFKA_PASSWORD: 'hunter2' });
    expect(message).not.toContain('hunter2');
    expect(message).toContain('KAFKA_PASSWORD');
  });

  test('cuts what it shows', () => {
    expect(problemsOf({ NAMESPACE: 'ns', PORT: '9'.repeat(10_000) }).message.length).toBeLessThan(300);
  });

  test('reports variables that contradict each other', () => {
    const range = z.object({ MIN: envInt({ default: 5 }), MAX: envInt({ default: 1 }) });
    const checked = range.refine(({ MIN, MAX }) => MIN <= MAX, 'MIN to be at most MAX');
    expect(() => loadConfig(checked, {})).toThrow('configuration: expected MIN to be at most MAX');
  });

  test.each([
    ['takes numbers in order', false, { MIN: '1', MAX: '2' }, undefined],
    ['takes equal numbers', false, { MIN: '2', MAX: '2' }, undefined],
    [
      'refuses numbers out of order',
      false,
      { MIN: '3' },
      'MIN: expected at most MAX, or all is lost; MIN is 3',
    ],
    ['refuses equal numbers where they do not work', true, { MIN: '2' }, 'MIN: expected less than MAX'],
  ])('%s', (_name, strict, env, refusal) => {
    const range = z.object({ MIN: envInt(), MAX: envInt({ default: 2 }) });
    const schema = inOrder(range, [{ smaller: 'MIN', larger: 'MAX', strict, otherwise: 'all is lost' }]);
    let outcome: string | undefined;
    try {
      loadConfig(schema, env);
    } catch (error) {
      outcome = (error as Error).message;
    }
    if (refusal === undefined) expect(outcome).toBeUndefined();
    else expect(outcome).toContain(refusal);
  });
});

describe('the value of a variable', () => {
  const read = (field: EnvField<unknown>, text: string): unknown => {
    const result = field.safeParse(text);
    return result.success ? result.data : 'refused';
  };
  const table: Record<string, [EnvField<unknown>, string, unknown]> = {
    'an integer may stand between spaces': [envInt(), ' 42 ', 42],
    'an integer may be negative': [envInt(), '-7', -7],
    'an integer has no fraction': [envInt(), '1.5', 'refused'],
    'an integer is decimal': [envInt(), '0x10', 'refused'],
    'an integer is exact': [envInt(), '9007199254740993', 'refused'],
    'an integer is not followed by anything': [envInt(), '8080tcp', 'refused'],
    'an integer below its least is refused': [envInt({ min: 1 }), '0', 'refused'],
    'a duration in milliseconds': [envDuration(), '250ms', 250],
    'a duration in seconds with a fraction': [envDuration(), '1.5s', 1500],
    'a duration of several units': [envDuration(), '1h1m1s1ms', 3_661_001],
    'a duration needs a unit': [envDuration(), '10', 'refused'],
    'a duration is not negative': [envDuration(), '-1s', 'refused'],
    'a duration above its most is refused': [envDuration({ max: 1000 }), '2s', 'refused'],
    'true is true': [envBool(), 'true', true],
    'false is false': [envBool({ default: true }), 'false', false],
    '1 is no boolean': [envBool(), '1', 'refused'],
    'a word of the set': [envEnum(['a', 'b']), 'b', 'b'],
    'a word in other case is another word': [envEnum(['a', 'b']), 'B', 'refused'],
    'text that matches': [envString({ pattern: /^a+$/ }), 'aaa', 'aaa'],
    'text that does not match': [envString({ pattern: /^a+$/ }), 'b', 'refused'],
    'namespaces may have spaces around them': [
      envNamespaces({ max: 2 }),
      ' team-a, team-b ',
      ['team-a', 'team-b'],
    ],
    'no namespace is a list without any': [envNamespaces({ max: 2 }), '', []],
    'a namespace is a DNS label': [envNamespaces({ max: 2 }), 'team-a,Team_B', 'refused'],
    'a namespace has no dots': [envNamespaces({ max: 2 }), 'team.a', 'refused'],
    'a namespace has at most 63 characters': [envNamespaces({ max: 2 }), 'n'.repeat(64), 'refused'],
    'a namespace is named once': [envNamespaces({ max: 2 }), 'team-a,team-a', 'refused'],
    'a comma too many is a slip': [envNamespaces({ max: 2 }), 'team-a,', 'refused'],
    'more namespaces than are allowed are refused': [envNamespaces({ max: 2 }), 'a,b,c', 'refused'],
    'text of spaces only is no text': [envString(), '  ', 'refused'],
  };
  test.each(Object.keys(table))('%s', (sentence) => {
    const [field, text, want] = table[sentence]!;
    expect(read(field, text)).toEqual(want);
  });
});

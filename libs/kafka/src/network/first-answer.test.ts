import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { firstAnswer } from './first-answer.ts';

/** Longer than any test waits. */
const patient = 60_000;
const never = (): Promise<string> => new Promise(() => undefined);

/** Askers that note that they were asked. */
function askers(...work: (() => Promise<string>)[]) {
  const asked: number[] = [];
  const all = work.map((each, index) => () => {
    asked.push(index);
    return each();
  });
  return { asked, all };
}

const answers = (text: string) => () => Promise.resolve(text);
const fails = (text: string) => () => Promise.reject(new Error(text));

describe('firstAnswer', () => {
  test('asks nobody else when the first one answers', async () => {
    const { asked, all } = askers(answers('one'), answers('two'));
    expect(await firstAnswer(all, 1)).toBe('one');
    await sleep(10);
    expect(asked).toEqual([0]);
  });

  test('asks the next one at once after a failure', async () => {
    const { asked, all } = askers(fails('no'), fails('no'), answers('three'), answers('four'));
    expect(await firstAnswer(all, patient)).toBe('three');
    expect(asked).toEqual([0, 1, 2]);
  });

  test('asks the next one after silence', async () => {
    const { asked, all } = askers(never, answers('two'));
    expect(await firstAnswer(all, 20)).toBe('two');
    expect(asked).toEqual([0, 1]);
  });

  test('takes a late answer of one whose silence was too long', async () => {
    const late = Promise.withResolvers<string>();
    const { all } = askers(() => late.promise, never);
    const answer = firstAnswer(all, 5);
    await sleep(20);
    late.resolve('late');
    expect(await answer).toBe('late');
  });

  test('waits for the silent ones when all others have failed', async () => {
    const late = Promise.withResolvers<string>();
    const { all } = askers(() => late.promise, fails('no'));
    const answer = firstAnswer(all, 5);
    await sleep(20);
    late.resolve('late');
    expect(await answer).toBe('late');
  });

  test('throws all failures when nobody answers', async () => {
    const { all } = askers(fails('one'), fails('two'));
    const failure: unknown = await firstAnswer(all, patient).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    const { errors } = failure as AggregateError;
    expect(errors.map(String)).toEqual(['Error: one', 'Error: two']);
  });

  test('throws when there is nobody to ask', async () => {
    await expect(firstAnswer([], patient)).rejects.toBeInstanceOf(AggregateError);
  });

  test('leaves a failure after the answer unsaid', async () => {
    const late = Promise.withResolvers<string>();
    const { all, asked } = askers(() => late.promise, answers('two'), answers('three'));
    expect(await firstAnswer(all, 5)).toBe('two');
    late.reject(new Error('late'));
    await sleep(10);
    expect(asked).toEqual([0, 1]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { AskLine } from './ask-line.ts';

interface Running {
  readonly key: string;
  answer(value: string): void;
}

function startLine(limits = { total: 4, perCluster: 2 }) {
  const line = new AskLine<string>(limits);
  const running: Running[] = [];
  const heard: string[] = [];
  const ask = (key: string, cluster: string, digest = 'topic'): void => {
    line.ask({
      ...{ key, cluster, digest, isForAll: (answer: string) => answer === 'away' },
      work: () => new Promise((resolve) => running.push({ key, answer: resolve })),
      answered: (answer) => heard.push(`${key}: ${answer}`),
    });
  };
  const answer = async (key: string, value: string): Promise<void> => {
    const index = running.findIndex((each) => each.key === key);
    running.splice(index, 1)[0]?.answer(value);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { line, ask, answer, heard, asked: () => running.map(({ key }) => key) };
}

describe('questions to clusters', () => {
  test('a cluster takes no more than its share, and another one is asked all the same', async () => {
    const { ask, answer, asked, heard } = startLine();
    for (const key of ['a', 'b', 'c']) ask(key, 'slow');
    ask('d', 'other');
    expect(asked()).toEqual(['a', 'b', 'd']);
    await answer('a', 'here');
    expect(asked()).toEqual(['b', 'd', 'c']);
    expect(heard).toEqual(['a: here']);
  });

  test('all together take no more than there is room for, clusters in turn', async () => {
    const { ask, answer, asked } = startLine({ total: 2, perCluster: 2 });
    for (const key of ['a', 'b', 'c', 'd']) ask(key, 'first');
    ask('e', 'second');
    expect(asked()).toEqual(['a', 'b']);
    await answer('a', 'here');
    await answer('b', 'here');
    expect([...asked()].sort()).toEqual(['c', 'e']);
  });

  test('an answer that is for all spares the others the wait', async () => {
    const { ask, answer, asked, heard } = startLine();
    for (const key of ['a', 'b', 'c', 'd']) ask(key, 'dead');
    await answer('a', 'away');
    expect(heard).toEqual(['a: away', 'c: away', 'd: away']);
    expect(asked()).toEqual(['b']);
  });

  test('who asks the same again waits for the same answer', async () => {
    const { ask, answer, asked, heard } = startLine();
    ask('a', 'cluster');
    ask('a', 'cluster');
    expect(asked()).toEqual(['a']);
    await answer('a', 'here');
    expect(heard).toEqual(['a: here']);
    ask('a', 'cluster');
    expect(asked()).toEqual(['a']);
  });

  test('who asks something else does not hear the answer to what was asked before', async () => {
    const { ask, answer, heard } = startLine();
    ask('a', 'cluster', 'one');
    ask('a', 'cluster', 'two');
    await answer('a', 'to one');
    expect(heard).toEqual([]);
    await answer('a', 'to two');
    expect(heard).toEqual(['a: to two']);
  });

  test('what is forgotten is not answered', async () => {
    const { line, ask, answer, heard } = startLine();
    ask('a', 'cluster');
    line.forget('a');
    await answer('a', 'here');
    expect(heard).toEqual([]);
  });

  test('a change counts like a question and is refused when there is no room', async () => {
    const { line, ask } = startLine({ total: 4, perCluster: 1 });
    ask('a', 'busy');
    expect(line.run('busy', () => Promise.resolve(1))).toBeUndefined();
    expect(await line.run('idle', () => Promise.resolve(2))).toBe(2);
  });
});

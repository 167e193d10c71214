import { expect, test } from '@jest/globals';
import { SweepMemory } from './sweep-memory.ts';

/** A whole sweep that meets what `meet` notes. */
function sweep(memory: SweepMemory, meet: () => void): void {
  memory.begin();
  meet();
  memory.complete();
}

test('a Job with its Secret is remembered for as long as it is met', () => {
  const memory = new SweepMemory(10);
  sweep(memory, () => {
    memory.noteStored('a');
  });
  sweep(memory, () => {
    expect([memory.recallStored('a'), memory.recallStored('b')]).toEqual([true, false]);
  });
  sweep(memory, () => {
    expect(memory.recallStored('a')).toBe(true);
  });
  sweep(memory, () => undefined);
  sweep(memory, () => {
    expect(memory.recallStored('a')).toBe(false);
  });
});

test('a Job without one is known since it was first met, until it has one or is gone', () => {
  const memory = new SweepMemory(10);
  sweep(memory, () => {
    expect(memory.noteMissing('a', 100)).toBe(100);
  });
  sweep(memory, () => {
    expect(memory.noteMissing('a', 250)).toBe(100);
  });
  sweep(memory, () => {
    memory.noteStored('a');
  });
  sweep(memory, () => {
    expect(memory.noteMissing('a', 400)).toBe(400);
  });
});

test('a sweep that was not completed changes nothing', () => {
  const memory = new SweepMemory(10);
  sweep(memory, () => {
    memory.noteStored('a');
    memory.noteMissing('b', 100);
  });
  memory.begin();
  memory.noteStored('c');
  sweep(memory, () => {
    expect([memory.recallStored('a'), memory.recallStored('c')]).toEqual([true, false]);
    expect(memory.noteMissing('b', 200)).toBe(100);
  });
});

test('beyond the limit nothing is added, and what is known stays known', () => {
  const memory = new SweepMemory(2);
  const all = ['a', 'b', 'c'];
  for (let round = 0; round < 3; round += 1) {
    sweep(memory, () => {
      const known = all.filter((uid) => memory.recallStored(uid));
      expect(known).toEqual(round === 0 ? [] : ['a', 'b']);
      for (const uid of all) memory.noteStored(uid);
    });
  }
});

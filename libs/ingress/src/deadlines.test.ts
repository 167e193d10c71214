import { describe, expect, test } from '@jest/globals';
import type { Clock } from '@event-sinks/runtime';
import { Deadlines } from './deadlines.ts';

/** A clock that only the test moves. */
function stillClock() {
  const timers: { at: number; fn: () => void; off: boolean }[] = [];
  let time = 0;
  const clock: Clock = {
    now: () => time,
    monotonic: () => time,
    setTimeout: (fn, ms) => {
      const timer = { at: time + ms, fn, off: false };
      timers.push(timer);
      return { cancel: () => (timer.off = true) };
    },
    sleep: () => Promise.reject(new Error('not used')),
  };
  const moveTo = (to: number) => {
    time = to;
    for (const timer of timers.filter(({ at, off }) => !off && at <= to)) {
      timer.off = true;
      timer.fn();
    }
  };
  return { clock, timers, moveTo };
}

const member = (name: string, told: string[]) => ({ expire: () => void told.push(name) });

describe('deadlines', () => {
  test('tell each member in time, never more than a hundredth early, and abort its signal', () => {
    const { clock, moveTo } = stillClock();
    const deadlines = new Deadlines(clock, 10_000);
    const told: string[] = [];
    const first = deadlines.join(member('first', told), 0);
    moveTo(99);
    const second = deadlines.join(member('second', told), 99);
    moveTo(100);
    const third = deadlines.join(member('third', told), 100);
    expect([second === first, third === first]).toEqual([true, false]);
    moveTo(9_999);
    expect([told, first.signal.aborted]).toEqual([[], false]);
    moveTo(10_000);
    expect([told, first.signal.aborted, third.signal.aborted]).toEqual([['first', 'second'], true, false]);
    moveTo(10_100);
    expect(told).toEqual(['first', 'second', 'third']);
  });

  test('say nothing to who left in time', () => {
    const { clock, moveTo } = stillClock();
    const deadlines = new Deadlines(clock, 1_000);
    const told: string[] = [];
    const one = member('one', told);
    deadlines.join(one, 0).leave(one);
    moveTo(5_000);
    expect(told).toEqual([]);
  });

  test('share timers, so that load makes no more of them', () => {
    const { clock, timers } = stillClock();
    const deadlines = new Deadlines(clock, 10_000);
    for (let index = 0; index < 50_000; index++) deadlines.join(member('x', []), 0);
    expect(timers).toHaveLength(1);
  });

  test('leave no timer behind when they stop', () => {
    const { clock, timers, moveTo } = stillClock();
    const deadlines = new Deadlines(clock, 1_000);
    const told: string[] = [];
    deadlines.join(member('one', told), 0);
    moveTo(500);
    deadlines.join(member('two', told), 500);
    deadlines.stop();
    moveTo(9_000);
    expect([told, timers.every(({ off }) => off)]).toEqual([[], true]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { Budget } from './budget.ts';

const budget = () => new Budget({ maxInFlight: 3, maxInFlightBytes: 100, maxInFlightPerSink: 2 });
const overloaded = expect.objectContaining({ code: 'Overloaded', status: 429 });

describe('the budget', () => {
  test('refuses one request too many, and takes the next when one has left', () => {
    const all = budget();
    const [first] = [all.admit(0), all.admit(0), all.admit(0)];
    expect(() => all.admit(0)).toThrow(overloaded);
    first.leave();
    all.admit(0);
    expect(all.requests).toBe(3);
  });

  test('refuses one byte too many at the door and keeps nothing of it', () => {
    const all = budget();
    all.admit(60);
    expect(() => all.admit(41)).toThrow(overloaded);
    all.admit(40);
    expect([all.requests, all.bytes]).toEqual([2, 100]);
  });

  test('counts what grows, from what was reserved on', () => {
    const all = budget();
    const one = all.admit(50);
    one.growTo(20);
    one.growTo(60);
    expect(all.bytes).toBe(60);
    expect(() => {
      one.growTo(101);
    }).toThrow(overloaded);
    expect(all.bytes).toBe(60);
    one.leave();
    expect([all.requests, all.bytes]).toEqual([0, 0]);
  });

  test('leaves room for other sinks', () => {
    const all = budget();
    const [one, two, three] = [all.admit(0), all.admit(0), all.admit(0)];
    one.enterSink('a');
    two.enterSink('a');
    expect(() => {
      three.enterSink('a');
    }).toThrow(overloaded);
    three.enterSink('b');
    one.leave();
    all.admit(0).enterSink('a');
  });

  test('gives back once, however often it is asked', () => {
    const all = budget();
    const one = all.admit(10);
    all.admit(20);
    one.leave();
    one.leave();
    expect([all.requests, all.bytes]).toEqual([1, 20]);
  });

  test('counts the events of a batch one by one, and forgets them with their request', () => {
    const all = new Budget({
      maxInFlight: 3,
      maxInFlightBytes: 100,
      maxInFlightPerSink: 3,
      maxEventsInFlight: 10,
    });
    const [one, two] = [all.admit(0), all.admit(0)];
    one.holdEvents(0);
    one.holdEvents(8);
    expect(() => {
      two.holdEvents(4);
    }).toThrow(overloaded);
    two.holdEvents(2);
    one.leave();
    all.admit(0).holdEvents(8);
  });

  test('does not limit events where it has no limit for them', () => {
    const all = budget();
    all.admit(0).holdEvents(1_000_000);
    expect(all.requests).toBe(1);
  });
});

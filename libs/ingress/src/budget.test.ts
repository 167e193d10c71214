import { describe, expect, test } from '@jest/globals';
import { Budget, type Admission, type BudgetLimits } from './budget.ts';

const mebibyte = 1_048_576;
const shop = { uid: 'shop-orders', namespace: 'shop' };
const shopToo = { uid: 'shop-returns', namespace: 'shop' };
const bank = { uid: 'bank-orders', namespace: 'bank' };
const overloaded = expect.objectContaining({ code: 'Overloaded', status: 429 });

function budget(limits: Partial<BudgetLimits> = {}) {
  const clock = { now: 0 };
  const usual = { maxInFlight: 3, maxInFlightBytes: 100, maxInFlightPerSink: 3, namespaceShare: 100 };
  return { all: new Budget({ ...usual, ...limits }, () => clock.now), clock };
}

/** A budget of the usual size, in which large events come in one mebibyte at a time. */
function roomy(limits: Partial<BudgetLimits> = {}) {
  return budget({
    ...{ maxInFlight: 2_048, maxInFlightPerSink: 1_024, maxInFlightBytes: 64 * mebibyte },
    namespaceShare: 66,
    ...limits,
  });
}

/** Admits until one is refused, and tells how many were not. */
function fill(admit: (index: number) => unknown): number {
  for (let count = 0; count < 10_000; count++) {
    try {
      admit(count);
    } catch (error) {
      expect(error).toEqual(overloaded);
      return count;
    }
  }
  throw new Error('nothing was refused');
}

/** A sender that can be interrupted, and tells by what it was. */
function receiving(admission: Admission): { code?: string } {
  const seen: { code?: string } = {};
  admission.receive({
    interrupt: (error) => {
      seen.code = (error as Error & { code: string }).code;
    },
  });
  return seen;
}

describe('the budget', () => {
  test('refuses one request too many, and takes the next when one has left', () => {
    const { all } = budget();
    const [first] = [all.admit(shop, 0), all.admit(shop, 0), all.admit(shop, 0)];
    expect(() => all.admit(bank, 0)).toThrow(overloaded);
    first.leave();
    all.admit(shop, 0);
    expect(all.requests).toBe(3);
  });

  test('refuses one byte too many and keeps nothing of it', () => {
    const { all } = budget();
    const large = all.admit(shop, 0);
    large.grow(60);
    expect(() => {
      large.grow(41);
    }).toThrow(overloaded);
    large.grow(40);
    expect([all.requests, all.bytes]).toEqual([1, 100]);
    large.leave();
    expect([all.requests, all.bytes]).toEqual([0, 0]);
  });

  test('does not count what is declared and does not come', () => {
    const { all } = roomy();
    for (let sockets = 0; sockets < 64; sockets++) receiving(all.admit(shop, 200));
    expect(all.bytes).toBe(64 * 200);
    all.admit(bank, 200).grow(mebibyte);
  });

  test('leaves room for other sinks', () => {
    const { all } = budget({ maxInFlightPerSink: 2 });
    const one = all.admit(shop, 0);
    all.admit(shop, 0);
    expect(() => all.admit(shop, 0)).toThrow(overloaded);
    all.admit(shopToo, 0);
    one.leave();
    all.admit(shop, 0);
  });

  test('gives back once, however often it is asked', () => {
    const { all } = budget();
    const one = all.admit(shop, 1);
    all.admit(shop, 1);
    one.leave();
    one.leave();
    expect([all.requests, all.bytes]).toEqual([1, 1]);
  });

  test('counts the events of a batch one by one, and forgets them with their request', () => {
    const { all } = budget({ maxEventsInFlight: 10 });
    const [one, two] = [all.admit(shop, 0), all.admit(shop, 0)];
    one.holdEvents(0);
    one.holdEvents(8);
    expect(() => {
      two.holdEvents(4);
    }).toThrow(overloaded);
    two.holdEvents(2);
    one.leave();
    all.admit(shop, 0).holdEvents(8);
  });

  test('does not limit events where it has no limit for them', () => {
    const { all } = budget();
    all.admit(shop, 0).holdEvents(1_000_000);
    expect(all.requests).toBe(1);
  });
});

describe('a share of the budget', () => {
  const large = (all: Budget, sink: typeof shop) => () => all.admit(sink, mebibyte);

  test('of the bytes leaves half to others when one sink is stuck', () => {
    const { all } = roomy();
    expect(fill(large(all, shop))).toBe(28);
    expect(fill(large(all, bank))).toBeGreaterThan(10);
  });

  test('of the bytes leaves something to others when a namespace is stuck, however many sinks it has', () => {
    const { all } = roomy();
    const held = fill((index) => all.admit({ uid: String(index), namespace: 'shop' }, mebibyte));
    expect(held).toBeLessThanOrEqual(40);
    expect(fill(large(all, bank))).toBeGreaterThanOrEqual(9);
    expect(fill(() => all.admit(bank, 1_000))).toBeGreaterThan(1_000);
  });

  test('of the requests leaves something to others when a namespace is stuck', () => {
    const { all } = roomy();
    fill((index) => all.admit({ uid: String(index), namespace: 'shop' }, 100));
    expect(fill(() => all.admit(bank, 100))).toBeGreaterThan(400);
  });

  test('of the events leaves something to others when a namespace sends batches', () => {
    const { all } = roomy({ maxEventsInFlight: 32_768 });
    const batches = (sink: typeof shop) => () => {
      const admission = all.admit(sink, 100);
      try {
        admission.holdEvents(1_000);
      } catch (error) {
        admission.leave();
        throw error;
      }
    };
    expect(fill(batches(shop))).toBeLessThan(24);
    expect(fill(batches(bank))).toBeGreaterThan(4);
  });

  test('is kept free for small events when large ones fill the rest', () => {
    const { all } = roomy({ namespaceShare: 100 });
    fill((index) => all.admit({ uid: String(index), namespace: 'shop' }, mebibyte));
    expect(all.bytes).toBe(56 * mebibyte);
    expect(fill(() => all.admit(shopToo, 10_000))).toBeGreaterThan(400);
  });

  test('does not make an event impossible that is larger than a share', () => {
    const { all } = roomy();
    const one = all.admit(shop, 0);
    for (let received = 0; received < 60; received++) one.grow(mebibyte);
    expect(all.bytes).toBe(60 * mebibyte);
  });
});

describe('a slow sender', () => {
  test('gives way to another of its sink once it has been sending for a second', () => {
    const { all, clock } = budget({ maxInFlight: 10, maxInFlightPerSink: 2 });
    const first = receiving(all.admit(shop, 1));
    const second = receiving(all.admit(shop, 1));
    clock.now = 999;
    expect(() => all.admit(shop, 1)).toThrow(overloaded);
    clock.now = 1_000;
    all.admit(shop, 1);
    expect([first.code, second.code]).toEqual(['RequestTimeout', undefined]);
    expect([all.requests, all.bytes]).toEqual([2, 2]);
  });

  test('never gives way to another sink that is at its own limit', () => {
    const { all, clock } = budget({ maxInFlight: 10, maxInFlightPerSink: 1 });
    const slow = receiving(all.admit(shop, 1));
    all.admit(bank, 1);
    clock.now = 5_000;
    expect(() => all.admit(bank, 1)).toThrow(overloaded);
    expect(slow.code).toBeUndefined();
  });

  test('gives way when the process has no room for anybody', () => {
    const { all, clock } = budget();
    const slow = receiving(all.admit(shop, 30));
    const stored = all.admit(shop, 1);
    const arrived = all.admit(shopToo, 1);
    const seen = receiving(arrived);
    arrived.endReceiving();
    clock.now = 1_000;
    all.admit(bank, 1);
    expect([slow.code, seen.code, all.requests]).toEqual(['RequestTimeout', undefined, 3]);
    stored.leave();
  });
});

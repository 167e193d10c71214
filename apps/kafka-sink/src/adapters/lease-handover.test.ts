import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { SinkError, type ErrorCode } from '@event-sinks/errors';
import { systemClock } from '@event-sinks/runtime';
import { LeaseHandover } from './lease-handover.ts';
import type { ProducerLease } from './producer-pool.ts';

const record = { topic: 't', key: null, value: null, headers: [] };
const inTime = new AbortController().signal;

/** A lease that stores, or refuses with a code, and remembers how often it was used. */
class FakeLease implements ProducerLease {
  refusal: ErrorCode | undefined;
  sent = 0;
  released = 0;
  retried = 0;

  send(): Promise<void> {
    this.sent += 1;
    return this.refusal === undefined ? Promise.resolve() : Promise.reject(new SinkError(this.refusal));
  }

  retryLogin(): void {
    this.retried += 1;
  }

  isOpen(): boolean {
    return true;
  }

  canSend(): boolean {
    return true;
  }

  release(): Promise<void> {
    this.released += 1;
    return Promise.resolve();
  }
}

let next: FakeLease;
let previous: FakeLease;
const letGo = (lease: ProducerLease): void => void lease.release();
const handOver = (to = next, from: ProducerLease = previous): LeaseHandover =>
  new LeaseHandover({ next: to, previous: from, overlapMs: 1_000, clock: systemClock, letGo });

beforeEach(() => {
  jest.useFakeTimers();
  [next, previous] = [new FakeLease(), new FakeLease()];
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a handover', () => {
  test('uses the new credentials, and lets the old ones go when they work', async () => {
    const lease = handOver();
    await lease.send(record, inTime);
    expect([next.sent, previous.sent, previous.released]).toEqual([1, 0, 1]);
    next.refusal = 'CredentialsRefused';
    await expect(lease.send(record, inTime)).rejects.toMatchObject({ code: 'CredentialsRefused' });
    expect(previous.sent).toBe(0);
  });

  test('falls back on the old ones while the new ones are refused, and tries the new ones each time', async () => {
    next.refusal = 'CredentialsRefused';
    const lease = handOver();
    await lease.send(record, inTime);
    await lease.send(record, inTime);
    expect([next.sent, previous.sent, previous.released]).toEqual([2, 2, 0]);
    next.refusal = undefined;
    await lease.send(record, inTime);
    expect([next.sent, previous.sent, previous.released]).toEqual([3, 2, 1]);
  });

  test('never sends by both what the first may have stored', async () => {
    next.refusal = 'KafkaUnavailable';
    await expect(handOver().send(record, inTime)).rejects.toMatchObject({ code: 'KafkaUnavailable' });
    expect(previous.sent).toBe(0);
  });

  test('ends after its time', async () => {
    next.refusal = 'CredentialsRefused';
    const lease = handOver();
    jest.advanceTimersByTime(1_000);
    await expect(lease.send(record, inTime)).rejects.toMatchObject({ code: 'CredentialsRefused' });
    expect([previous.sent, previous.released]).toEqual([0, 1]);
  });

  test('has the new credentials tried again at its end, when there is nothing to fall back on any more', () => {
    handOver();
    jest.advanceTimersByTime(999);
    expect(next.retried).toBe(0);
    jest.advanceTimersByTime(1);
    expect(next.retried).toBe(1);
  });

  test('gives both back, once', async () => {
    const lease = handOver();
    await lease.release();
    jest.advanceTimersByTime(1_000);
    expect([next.released, previous.released]).toEqual([1, 1]);
  });

  test('passes on what worked last, and lets go what never did', () => {
    const working = handOver().inherit();
    expect(working).toBe(previous);
    expect([next.released, previous.released]).toEqual([1, 0]);
  });

  test('passes on the new one once that works', async () => {
    const lease = handOver();
    await lease.send(record, inTime);
    expect(lease.inherit()).toBe(next);
    expect([next.released, previous.released]).toEqual([0, 1]);
  });

  test('keeps what was passed on, also when an event under way gets through later', async () => {
    const lease = handOver();
    const underWay = lease.send(record, inTime);
    lease.inherit();
    await underWay;
    jest.advanceTimersByTime(1_000);
    expect(previous.released).toBe(0);
  });
});

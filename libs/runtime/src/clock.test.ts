import { describe, expect, test } from '@jest/globals';
import { systemClock } from './clock.ts';

describe('the system clock', () => {
  test('sleeps about as long as asked', async () => {
    const from = systemClock.monotonic();
    await systemClock.sleep(20);
    expect(systemClock.monotonic() - from).toBeGreaterThanOrEqual(18);
  });

  test('wakes at once when the signal aborts, before or during the sleep', async () => {
    const from = systemClock.monotonic();
    await systemClock.sleep(60_000, AbortSignal.abort());
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort();
    await sleeping;
    expect(systemClock.monotonic() - from).toBeLessThan(1000);
  });

  test('does not fire a timer that was called off', async () => {
    let fired = 0;
    systemClock.setTimeout(() => fired++, 1);
    const called = systemClock.setTimeout(() => (fired += 10), 1);
    called.cancel();
    called.cancel();
    await systemClock.sleep(15);
    expect(fired).toBe(1);
  });

  test('tells the time of day', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  });
});

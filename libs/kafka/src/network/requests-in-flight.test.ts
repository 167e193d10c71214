import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { RequestsInFlight } from './requests-in-flight.ts';

const frame = Buffer.from('answer');

/** Requests with a time limit, and what became of them; a timeout fails all of them, as a connection does. */
function inFlight(timeoutMs: number) {
  const events: string[] = [];
  const requests = new RequestsInFlight(timeoutMs, (error) => {
    events.push(`timeout: ${error.message}`);
    requests.failAll(error);
  });
  const add = (id: number): void => {
    requests.add({
      id,
      answer: (bytes) => events.push(`${id}: ${bytes.toString()}`),
      fail: (error) => events.push(`${id} failed: ${error.message}`),
    });
  };
  return { requests, events, add };
}

describe('RequestsInFlight', () => {
  test('hands answers out in the order of the requests', () => {
    const { requests, events, add } = inFlight(60_000);
    for (const id of [1, 2, 3]) add(id);
    expect([1, 2, 3].map((id) => requests.answer(id, frame))).toEqual([true, true, true]);
    expect(events).toEqual(['1: answer', '2: answer', '3: answer']);
    expect(requests.size).toBe(0);
    requests.failAll(new Error('end'));
  });

  test('refuses an answer out of its turn, twice or to nothing', () => {
    const { requests, events, add } = inFlight(60_000);
    expect(requests.answer(1, frame)).toBe(false);
    for (const id of [1, 2]) add(id);
    expect(requests.answer(2, frame)).toBe(false);
    expect(requests.answer(1, frame)).toBe(true);
    expect(requests.answer(1, frame)).toBe(false);
    expect(requests.size).toBe(1);
    requests.failAll(new Error('end'));
    expect(events).toEqual(['1: answer', '2 failed: end']);
  });

  test('fails all of them once with the reason', () => {
    const { requests, events, add } = inFlight(60_000);
    for (const id of [1, 2]) add(id);
    requests.failAll(new Error('gone'));
    requests.failAll(new Error('again'));
    expect(events).toEqual(['1 failed: gone', '2 failed: gone']);
    expect(requests.size).toBe(0);
  });

  test('times out with a code, and with the reason for each', async () => {
    const codes: unknown[] = [];
    const requests = new RequestsInFlight(20, (error) => codes.push(error));
    requests.add({ id: 1, answer: () => undefined, fail: () => undefined });
    await sleep(100);
    expect(codes).toEqual([
      expect.objectContaining({ code: 'ETIMEDOUT', message: 'no answer within 20 ms' }),
    ]);
  });

  test('counts the time of each request by itself', async () => {
    const { requests, events, add } = inFlight(200);
    add(1);
    await sleep(120);
    add(2);
    requests.answer(1, frame);
    // The first one's time is over, the second one's is not.
    await sleep(120);
    expect(events).toEqual(['1: answer']);
    await sleep(250);
    expect(events.slice(1)).toEqual([
      'timeout: no answer within 200 ms',
      '2 failed: no answer within 200 ms',
    ]);
  });

  test('does not time out without a request, and does again with the next one', async () => {
    const { requests, events, add } = inFlight(20);
    add(1);
    requests.answer(1, frame);
    await sleep(80);
    expect(events).toEqual(['1: answer']);
    add(2);
    await sleep(100);
    expect(events.slice(1)).toEqual(['timeout: no answer within 20 ms', '2 failed: no answer within 20 ms']);
  });

  test('gives what is in flight more time with extend, and what is added later the usual time', async () => {
    const { requests, events, add } = inFlight(50);
    add(1);
    requests.extend(60_000);
    await sleep(150);
    expect(events).toEqual([]);
    requests.answer(1, frame);
    add(2);
    await sleep(200);
    expect(events.slice(1)).toEqual(['timeout: no answer within 50 ms', '2 failed: no answer within 50 ms']);
  });
});

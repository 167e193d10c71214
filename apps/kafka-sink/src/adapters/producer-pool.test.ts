import { afterEach, expect, test } from '@jest/globals';
import { createAddressGuard } from '@event-sinks/kafka';
import { createLogger, createMetrics, systemClock } from '@event-sinks/runtime';
import type { Destination } from '../domain/sink-route.ts';
import { ProducerMetrics } from './producer-metrics.ts';
import { ProducerPool, type ProducerLease } from './producer-pool.ts';

const record = { topic: 'orders', key: null, value: null, headers: [] };
let leases: ProducerLease[] = [];

/** Producers whose events all fail at once: the guard lets them dial no broker. */
function openPool(maxProducers: number, namespaceShare: number): ProducerPool {
  return new ProducerPool({
    addressGuard: createAddressGuard({ allowed: [] }),
    limits: { deliveryTimeoutMs: 100 },
    ...{ maxProducers, namespaceShare, clock: systemClock },
    logger: createLogger({ name: 'test', level: 'error', destination: { write: () => undefined } }),
    metrics: new ProducerMetrics(createMetrics().registry),
    writersOf: () => [],
  });
}

const brokers = (port: number): Destination => ({
  bootstrapServers: [`127.0.0.1:${port}`],
  security: undefined,
  ...{ clusterKey: `${port}`, producerKey: `${port}` },
});

function acquire(
  pool: ProducerPool,
  port: number,
  namespace: string,
  replaces?: ProducerLease,
): ProducerLease {
  const lease = pool.acquire(brokers(port), { namespace, replaces });
  leases.push(lease);
  return lease;
}

/** Sends an event and gives the code with which it fails. */
const codeOf = (lease: ProducerLease): Promise<string> =>
  lease.send(record, new AbortController().signal).then(
    () => 'stored',
    (error: unknown) => (error as { code: string }).code,
  );

afterEach(async () => {
  await Promise.all(leases.map((lease) => lease.release()));
  leases = [];
});

test('a producer is made with the first event, and given back with the last lease', async () => {
  const pool = openPool(10, 100);
  const lease = acquire(pool, 1, 'shop');
  expect([pool.now().producers, lease.isOpen(), lease.canSend()]).toEqual([0, false, true]);
  expect(await codeOf(lease)).not.toBe('LimitReached');
  expect([pool.now().producers, lease.isOpen()]).toEqual([1, true]);
  await lease.release();
  expect(pool.now().producers).toBe(0);
});

test('a namespace with as many sinks as there may be producers leaves some to another', async () => {
  const pool = openPool(10, 66);
  const greedy = Array.from({ length: 20 }, (_, index) => acquire(pool, index + 1, 'greedy'));
  const codes = await Promise.all(greedy.map(codeOf));
  expect(codes.filter((code) => code !== 'LimitReached')).toHaveLength(7);
  const quiet = acquire(pool, 100, 'quiet');
  expect([quiet.canSend(), greedy.at(-1)?.canSend()]).toEqual([true, false]);
  expect(await codeOf(quiet)).not.toBe('LimitReached');
});

test('a sink of which the destination changes takes the place of its own producer at the limit', async () => {
  const pool = openPool(1, 100);
  const before = acquire(pool, 1, 'shop');
  await codeOf(before);
  const after = acquire(pool, 2, 'shop', before);
  expect([after.canSend(), acquire(pool, 3, 'shop').canSend()]).toEqual([true, false]);
  expect(await codeOf(after)).not.toBe('LimitReached');
});

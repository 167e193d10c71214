import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import { startAdminServer, type AdminServer } from './admin-server.ts';
import { Health } from './health.ts';
import { counter, createMetrics, gauge, type Registry } from './metrics.ts';

let server: AdminServer;
let health: Health;
let registry: Registry;

beforeEach(async () => {
  health = new Health();
  ({ registry } = createMetrics());
  server = await startAdminServer({ port: 0, host: '127.0.0.1', registry, health });
});
afterEach(() => server.close());

const get = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${server.port}${path}`, { ...init, headers: { connection: 'close' } });

describe('the admin server', () => {
  test('shows the metrics of its own registry', async () => {
    counter(registry, 'event_sinks_reconcile_retries_total').inc({ loop: 'jobsink' }, 3);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    expect(text).toContain('event_sinks_reconcile_retries_total{loop="jobsink"} 3');
    expect(text).toContain('process_cpu_seconds_total');
  });

  test('keeps two registries apart', async () => {
    const other = createMetrics().registry;
    gauge(other, 'event_sinks_leading').set(1);
    expect(await (await get('/metrics')).text()).not.toContain('event_sinks_leading');
  });

  test('answers 500 when a metric cannot be collected, and stays up', async () => {
    const collect = () => {
      throw new Error('boom');
    };
    gauge(registry, 'event_sinks_leading', collect);
    expect((await get('/metrics')).status).toBe(500);
    expect((await get('/healthz')).status).toBe(200);
  });

  test('is live and ready when no check fails', async () => {
    health.addCheck('synced', () => true);
    expect((await get('/healthz')).status).toBe(200);
    const ready = await get('/readyz?verbose');
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, failing: [] }]);
  });

  test('names every check that fails, and draining among them', async () => {
    health.addCheck('synced', () => false);
    health.addCheck('fine', () => true);
    health.startDraining();
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ready: false, failing: ['draining', 'synced'] },
    ]);
    expect((await get('/healthz')).status).toBe(200);
  });

  test('is ready in spite of warnings, and shows them', async () => {
    health.addWarnings(() => ['No right to read jobsinks in the namespace team-b.']);
    const ready = await get('/readyz');
    const warnings = ['No right to read jobsinks in the namespace team-b.'];
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, failing: [], warnings }]);
  });

  test.each([
    ['an unknown path', '/debug/pprof', 'GET', 404],
    ['another method', '/metrics', 'POST', 405],
    ['HEAD', '/healthz', 'HEAD', 200],
  ])('answers %s', async (_, path, method, status) => {
    const response = await get(path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD' : null);
  });

  test('rejects when the port is taken', async () => {
    const options = { port: server.port, host: '127.0.0.1', registry, health };
    await expect(startAdminServer(options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('closes although a client keeps its connection open', async () => {
    const other = await startAdminServer({ port: 0, host: '127.0.0.1', registry, health });
    await (await fetch(`http://127.0.0.1:${other.port}/healthz`)).text();
    await other.close();
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(other.port, '127.0.0.1', resolve));
    await new Promise((resolve) => free.close(resolve));
  });
});

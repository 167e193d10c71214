import { afterEach, describe, expect, test } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventText, eventually, type Front, fronts, gate } from '../test/front.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of all Buffers that something still refers to. */
function bufferBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

describe.each(fronts)('through %s', (_front, openFront) => {
  let front: Front;
  afterEach(() => front.close());

  const statusOf = async (text: string) => (await front.connect().send(text).take(1))[0]?.status;
  const metricIs = (series: string, value: number) =>
    eventually(async () => (await front.metric(series)) === value);
  const cutSeries = (limit: string) => `event_sinks_connections_cut_total{limit="${limit}"}`;

  test('senders that declare a body and send nothing cost another sink nothing', async () => {
    front = await openFront({ maxInFlightBytes: 10_000 });
    const silent = eventText('1', '', { headers: { 'Content-Length': '1000' } });
    for (let count = 0; count < 24; count++) front.connect().send(silent);
    await metricIs('event_sinks_requests_in_flight', 24);
    expect(await statusOf(eventText('2', '{}', { path: '/demo/other.sink' }))).toBe(202);
  });

  test('senders that stop within the body leave room for another sink', async () => {
    front = await openFront({ maxInFlightBytes: 10_000 });
    const stopped = eventText('1', 'x'.repeat(900), { headers: { 'Content-Length': '1000' } });
    for (let count = 0; count < 24; count++) front.connect().send(stopped);
    await eventually(async () => (await front.metric('event_sinks_bytes_in_flight'))! > 3_000);
    await metricIs('event_sinks_unparsed_bytes', 0);
    const large = eventText('2', 'x'.repeat(900), { path: '/demo/other.sink' });
    expect(await statusOf(large)).toBe(202);
  });

  test('a slow sender is answered 408 when another of its sink has no room', async () => {
    front = await openFront({ maxInFlightPerSink: 1 });
    const slow = front.connect().send(eventText('1', 'x', { headers: { 'Content-Length': '2' } }));
    await metricIs('event_sinks_requests_in_flight', 1);
    await eventually(async () => (await statusOf(eventText('2'))) === 202);
    expect((await slow.take(1))[0]).toMatchObject({ status: 408, headers: { reason: 'RequestTimeout' } });
  });

  test('nothing is kept of a stored event on a connection that stays open', async () => {
    const count = 8;
    // Larger than what the plain lane reads.
    const size = 200_000;
    front = await openFront({ maxEventBytes: size, maxInFlightBytes: 20_000_000 });
    const before = bufferBytes();
    const text = eventText('1', 'x'.repeat(size));
    const clients = Array.from({ length: count }, () => front.connect().send(text));
    for (const client of clients) expect((await client.take(1))[0]!.status).toBe(202);
    front.backend.bodies.length = 0;
    await eventually(() => bufferBytes() < before + (count * size) / 4);
    for (const client of clients) expect(client.socket.closed).toBe(false);
  }, 20_000);

  test('requests behind too many unanswered ones are read once those are answered', async () => {
    front = await openFront({ maxPipelinedRequests: 4, maxInFlightBytes: 10_000_000 });
    const store = gate();
    const begun: string[] = [];
    front.backend.onStore = ({ id }) => (begun.push(id), store.promise);
    const ids = Array.from({ length: 500 }, (_, index) => String(index));
    const client = front.connect().send(ids.map((id) => eventText(id, '{}\r\n\r\n')).join(''));
    await eventually(
      async () => begun.length === 4 && (await front.metric('event_sinks_unparsed_bytes'))! > 0,
    );
    expect(await front.metric('event_sinks_requests_in_flight')).toBe(4);
    store.resolve({});
    expect((await client.take(500)).every(({ status }) => status === 202)).toBe(true);
    expect(begun).toEqual(ids);
    await metricIs('event_sinks_unparsed_bytes', 0);
  });

  test('no connection may pipeline while too many requests wait in the process', async () => {
    front = await openFront({ maxInFlight: 6 });
    const store = gate();
    front.backend.onStore = () => store.promise;
    const texts = Array.from({ length: 10 }, (_, index) => eventText(String(index))).join('');
    const client = front.connect().send(texts);
    await eventually(async () => (await front.metric('event_sinks_unparsed_bytes'))! > 0);
    expect(await front.metric('event_sinks_requests_in_flight')).toBe(6);
    store.resolve({});
    expect((await client.take(10)).every(({ status }) => status === 202)).toBe(true);
  });

  test('connections whose bytes wait for longest are cut when too many wait', async () => {
    front = await openFront({ maxInFlightBytes: 600_000, maxPipelinedRequests: 1 });
    front.backend.onStore = () => gate().promise;
    const flood = Array.from({ length: 500 }, (_, index) => eventText(String(index))).join('');
    const [first, second] = [front.connect().send(flood), front.connect()];
    await eventually(async () => (await front.metric('event_sinks_unparsed_bytes'))! > 65_536);
    second.send(flood);
    await first.closed;
    expect(await front.metric(cutSeries('unparsed-bytes'))).toBe(1);
    expect(second.failure).toBeUndefined();
  });

  test('headers without an end are cut when too many wait', async () => {
    front = await openFront({ maxInFlightBytes: 40_000, headersTimeoutMs: 60_000 });
    const endless = `POST /demo/orders HTTP/1.1\r\nHost: sink\r\nce-x: ${'x'.repeat(3_000)}`;
    const clients = Array.from({ length: 4 }, () => front.connect().send(endless));
    await clients[0]!.closed;
    expect(await statusOf(eventText('1'))).toBe(202);
    expect(await front.metric('event_sinks_unparsed_bytes')).toBeLessThan(10_000);
  });

  test('more connections than allowed close idle ones of the same peer, not one with an event', async () => {
    front = await openFront({ maxConnections: 4 });
    const store = gate();
    front.backend.onStore = () => store.promise;
    const busy = front.connect().send(eventText('1'));
    await metricIs('event_sinks_requests_in_flight', 1);
    const idle = Array.from({ length: 3 }, () => front.connect());
    await metricIs('event_sinks_connections', 4);
    const another = front.connect().send(eventText('2'));
    await metricIs('event_sinks_requests_in_flight', 2);
    await idle[0]!.closed;
    store.resolve({});
    expect((await busy.take(1))[0]!.status).toBe(202);
    expect((await another.take(1))[0]!.status).toBe(202);
    expect(await front.metric(cutSeries('connections'))).toBe(1);
  });

  test('requests that arrive byte by byte are the same requests', async () => {
    front = await openFront();
    const chunked = { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' };
    const texts = [
      eventText('1', 'a\r\n\r\nb'),
      eventText('2', '4\r\n\r\n\r\n\r\n0\r\n\r\n', { headers: chunked }),
      'GET /healthz HTTP/1.1\r\nHost: s\r\n\r\n',
      eventText('3', '1\r\nx\r\n0\r\nTrailer: t\r\n\r\n', { headers: chunked }),
      eventText('4', ''),
    ];
    const client = front.connect();
    for (const byte of texts.join('')) {
      client.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.take(5)).map(({ status }) => status)).toEqual([202, 202, 200, 202, 202]);
    expect(front.backend.bodies.map(String)).toEqual(['a\r\n\r\nb', '\r\n\r\n', 'x', '']);
  });
});

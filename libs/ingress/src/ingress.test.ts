import { afterEach, describe, expect, test } from '@jest/globals';
import { SinkError } from '@event-sinks/errors';
import type { IngressLimits } from './index.ts';
import {
  demoUid,
  eventText,
  eventually,
  oneLine,
  plainText,
  type Front,
  fronts,
  gate,
  otherUid,
} from '../test/front.ts';

describe.each(fronts)('through %s', (_way, openFront) => {
  let front: Front;
  afterEach(() => front.close());

  async function ask(text: string) {
    const client = front.connect().send(text);
    const [answer] = await client.take(1);
    return { ...answer!, client };
  }

  const request = (line: string, headers: Record<string, string> = {}) =>
    `${line} HTTP/1.1\r\nHost: sink\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`;

  describe('an event', () => {
    test('is stored with its bytes and answered 202 with an empty body', async () => {
      front = await openFront();
      const body = Buffer.from([0xff, 0x00, 0x0d, 0x0a]);
      const client = front.connect();
      client.send(eventText('1', '', { headers: { 'Content-Length': '4' } })).send(body);
      const [answer] = await client.take(1);
      expect(answer).toMatchObject({ status: 202, headers: { 'content-length': '0' } });
      expect(Object.keys(answer!.headers).sort()).toEqual([
        'connection',
        'content-length',
        'date',
        'keep-alive',
      ]);
      expect(front.backend.bodies).toEqual([body]);
    });

    test('that the backend gives a place for is answered with it', async () => {
      front = await openFront();
      front.backend.onStore = () => Promise.resolve({ location: '/namespaces/demo/name/orders' });
      expect((await ask(eventText('1'))).headers['location']).toBe('/namespaces/demo/name/orders');
    });

    test('in many pieces is put together', async () => {
      front = await openFront();
      const client = front.connect();
      for (const byte of eventText('1', 'abc')) {
        client.send(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await client.take(1);
      expect(front.backend.bodies.map(String)).toEqual(['abc']);
    });

    const refusals: Record<string, [string, number, string]> = {
      'for no sink is refused': [eventText('1', '{}', { path: '/demo/nothing' }), 404, 'SinkNotFound'],
      'for a path of one part is refused': [eventText('1', '{}', { path: '/demo' }), 404, 'SinkNotFound'],
      'for the path of a probe is refused': [eventText('1', '{}', { path: '/readyz' }), 404, 'SinkNotFound'],
      'that cannot be decoded is refused': [
        eventText('1', '{}', { headers: { 'ce-id': undefined } }),
        400,
        'NotACloudEvent',
      ],
      'by PUT is refused': [request('PUT /demo/orders'), 405, 'MethodNotAllowed'],
      'by GET is refused': [request('GET /demo/orders'), 405, 'MethodNotAllowed'],
      'by DELETE to nowhere is refused': [request('DELETE /'), 404, 'SinkNotFound'],
      'by GET for no sink is refused': [request('GET /demo/nothing'), 404, 'SinkNotFound'],
      'by PUT for no sink is refused': [request('PUT /demo/nothing'), 404, 'SinkNotFound'],
    };
    test.each(Object.keys(refusals))('%s', async (sentence) => {
      front = await openFront();
      const [text, status, reason] = refusals[sentence]!;
      const answer = await ask(text);
      expect(answer).toMatchObject({ status, headers: { reason, 'content-type': plainText } });
      expect(answer.body).toMatch(oneLine);
      expect(answer.headers['connection']).toBe('keep-alive');
      expect(answer.headers['retry-after']).toBeUndefined();
      expect(answer.client.text.endsWith(`\r\n\r\n${answer.body}`)).toBe(true);
      expect(front.backend.stored).toEqual([]);
      // The connection is still good.
      expect((await answer.client.send(eventText('2')).take(2))[1]!.status).toBe(202);
    });

    const failures: Record<string, [unknown, number, string, string | undefined]> = {
      'code and its wait reach the sender': [
        new SinkError('KafkaUnavailable', { cause: new Error('secret.broker:9093 refused') }),
        503,
        'KafkaUnavailable',
        '2',
      ],
      'wait that the backend names wins, in whole seconds': [
        new SinkError('BackendThrottled', { retryAfterSeconds: 6.2 }),
        429,
        'BackendThrottled',
        '7',
      ],
      'code behind another error is found': [
        new Error('outer', { cause: new SinkError('JobConflict') }),
        409,
        'JobConflict',
        undefined,
      ],
      'bug is an internal error': [new TypeError('x is undefined'), 500, 'InternalError', undefined],
      'rejection with a string is an internal error': ['oops', 500, 'InternalError', undefined],
    };
    test.each(Object.keys(failures))('that is not stored: a %s', async (sentence) => {
      front = await openFront();
      const [error, status, reason, retryAfter] = failures[sentence]!;
      front.backend.onStore = async () => {
        await Promise.resolve();
        throw error;
      };
      const answer = await ask(eventText('1'));
      expect(answer).toMatchObject({ status, headers: { reason } });
      expect(answer.headers['retry-after']).toBe(retryAfter);
      expect(answer.client.text).not.toContain('secret');
      const level = status >= 500 ? 'error' : 'info';
      const lines = front.lines.filter((line) => line['reason'] === reason);
      expect(lines).toMatchObject([{ level, namespace: 'demo', sink: 'orders' }]);
    });

    test('whose sink throws a bug while it is looked up is an internal error', async () => {
      front = await openFront();
      front.backend.find = () => {
        throw new Error('cache corrupt');
      };
      expect(await ask(eventText('1'))).toMatchObject({ status: 500, headers: { reason: 'InternalError' } });
      const [line] = front.logged('Request failed');
      expect(line).toMatchObject({ error: { cause: { message: 'cache corrupt' } } });
    });

    test('is authorized before its body is asked for', async () => {
      front = await openFront();
      const asked: unknown[] = [];
      const authorize = (sink: object, { headers }: { headers: Record<string, unknown> }) => {
        asked.push(sink, headers['authorization']);
        return Promise.reject(new SinkError('SinkNotFound'));
      };
      Object.assign(front.backend, { authorize });
      const headers = { Expect: '100-continue', Authorization: 'Bearer x' };
      expect(await ask(eventText('1', '', { headers: { ...headers, 'Content-Length': '5' } }))).toMatchObject(
        {
          status: 404,
        },
      );
      expect(asked).toMatchObject([{ name: 'orders' }, 'Bearer x']);
    });

    test('that is refused is told what is wrong, and the log has the same, at most once in a while', async () => {
      front = await openFront();
      const facts = { problem: 'notTimestamp', attribute: 'time', index: 2 } as const;
      front.backend.onStore = () => Promise.reject(new SinkError('InvalidAttribute', { facts }));
      const sentence =
        'Batch index 2: Attribute "time" is not an RFC 3339 timestamp, such as 2026-01-02T03:04:05Z.';
      for (let each = 0; each < 50; each++) expect((await ask(eventText('1'))).body).toBe(sentence);
      expect(front.logged('Request refused')).toMatchObject([
        {
          level: 'info',
          reason: 'InvalidAttribute',
          answer: sentence,
          attribute: 'time',
          index: 2,
          sink: 'orders',
        },
      ]);
    });

    test('that another sink refuses is logged besides', async () => {
      front = await openFront();
      front.backend.onStore = () => Promise.reject(new SinkError('InvalidData'));
      for (const path of ['/demo/orders', '/demo/other.sink']) await ask(eventText('1', '{}', { path }));
      expect(front.logged('Request refused').map(({ sink }) => sink)).toEqual(['orders', 'other.sink']);
    });

    test('leaves neither id nor source in the log', async () => {
      front = await openFront();
      await ask(eventText('canary-id'));
      await ask(eventText('canary-id', '{}', { path: '/demo/canary-path' }));
      expect(JSON.stringify(front.lines)).not.toContain('canary');
    });
  });

  describe('the size limit', () => {
    const chunked = { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' };
    const sized = (bytes: number) => eventText('1', 'x'.repeat(bytes));

    test('takes exactly as much as it says', async () => {
      front = await openFront();
      expect((await ask(sized(1_000))).status).toBe(202);
    });

    test('is another one for batches, whose events count one by one', async () => {
      const isBatch = (type: string | undefined): boolean => type === 'batch';
      front = await openFront({ maxBatchBytes: 2_000, maxEventsInFlight: 3 }, { isBatch });
      front.backend.countOf = ({ id }) => Number(id);
      const batch = (count: number, bytes: number): string =>
        eventText(String(count), 'x'.repeat(bytes), { headers: { 'Content-Type': 'batch' } });
      expect((await ask(batch(3, 2_000))).status).toBe(202);
      expect(await ask(batch(3, 2_001))).toMatchObject({ status: 413, headers: { reason: 'EventTooLarge' } });
      expect(await ask(batch(4, 1))).toMatchObject({ status: 429, headers: { reason: 'Overloaded' } });
      expect((await ask(batch(3, 1))).status).toBe(202);
      expect((await ask(sized(1_001))).status).toBe(413);
    });

    test('refuses a declared length without waiting for the body, and looks no sink up', async () => {
      front = await openFront({ maxInFlightBytes: 2_000 });
      front.backend.find = () => {
        throw new Error('not to be asked');
      };
      const text = eventText('1', '', { headers: { 'Content-Length': '5000000000' } });
      const { status, headers } = await ask(text);
      expect({ status, headers }).toMatchObject({
        status: 413,
        headers: { reason: 'EventTooLarge', connection: 'close' },
      });
    });

    test('refuses at the chunk that is too much', async () => {
      front = await openFront();
      const client = front
        .connect()
        .send(eventText('1', `3e8\r\n${'x'.repeat(1000)}\r\n`, { headers: chunked }));
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(client.text).toBe('');
      client.send('1\r\nx\r\n');
      const [answer] = await client.take(1);
      expect(answer).toMatchObject({
        status: 413,
        headers: { reason: 'EventTooLarge', connection: 'close' },
      });
      expect(front.backend.stored).toEqual([]);
    });

    test('lets a sender that goes on sending read its answer', async () => {
      front = await openFront({ maxEventBytes: 100_000 });
      const client = front.connect();
      client.send(eventText('1', '', { headers: { 'Content-Length': '150000' } }));
      for (let sent = 0; sent < 150_000; sent += 10_000) {
        client.send(Buffer.alloc(10_000));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      expect((await client.takeAll()).map(({ status }) => status)).toEqual([413]);
    });

    test('does not read for ever from one that never stops', async () => {
      front = await openFront();
      const client = front.connect();
      client.send(eventText('1', '', { headers: { 'Content-Length': '5000000000' } }));
      const sending = setInterval(() => client.send(Buffer.alloc(1_000)), 1);
      await client.closed;
      clearInterval(sending);
      expect(client.answers.map(({ status }) => status)).toEqual([413]);
    });

    test('holds before 100 Continue', async () => {
      front = await openFront();
      const headers = { Expect: '100-continue', 'Content-Length': '1001' };
      const { status, client } = await ask(eventText('1', '', { headers }));
      expect(status).toBe(413);
      expect(client.text).not.toContain('100 Continue');
    });

    test('is followed by 100 Continue when the length is fine', async () => {
      front = await openFront();
      const headers = { Expect: '100-continue', 'Content-Length': '2' };
      const client = front.connect().send(eventText('1', '', { headers }));
      await client.take(1);
      expect(client.answers[0]!.status).toBe(100);
      expect(front.backend.stored).toEqual([]);
      await client.send('{}').take(2);
      expect(client.answers[1]!.status).toBe(202);
    });
  });

  describe('the in-flight budget', () => {
    const inFlight = (count: number) =>
      eventually(async () => (await front.metric('event_sinks_requests_in_flight')) === count);
    const cases: Record<string, [Partial<IngressLimits>, string]> = {
      'of the process': [{ maxInFlight: 1 }, '/demo/other.sink'],
      'of bytes': [{ maxInFlightBytes: 100 }, '/demo/other.sink'],
      'of one sink': [{ maxInFlightPerSink: 1 }, '/demo/orders'],
    };
    test.each(Object.keys(cases))('%s refuses with a wait, and takes again afterwards', async (sentence) => {
      const [limits, path] = cases[sentence]!;
      front = await openFront(limits);
      const store = gate();
      front.backend.onStore = () => store.promise;
      const first = front.connect().send(eventText('1'));
      await inFlight(1);
      const refused = await ask(eventText('2', '{}', { path }));
      expect(refused).toMatchObject({ status: 429, headers: { reason: 'Overloaded', 'retry-after': '1' } });
      store.resolve({});
      await first.take(1);
      const retried = await refused.client.send(eventText('2', '{}', { path })).take(2);
      expect(retried[1]!.status).toBe(202);
      expect(front.backend.stored).toEqual(['1', '2']);
      await inFlight(0);
    });

    test('of one sink does not touch another', async () => {
      front = await openFront({ maxInFlightPerSink: 1 });
      const store = gate();
      front.backend.onStore = ({ id }) => (id === '1' ? store.promise : Promise.resolve({}));
      const first = front.connect().send(eventText('1'));
      await inFlight(1);
      expect((await ask(eventText('2', '{}', { path: '/demo/other.sink' }))).status).toBe(202);
      store.resolve({});
      await first.take(1);
    });

    test('of bytes counts chunks as they come', async () => {
      front = await openFront({ maxInFlightBytes: 100 });
      const headers = { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' };
      const { status } = await ask(eventText('1', `1e\r\n${'a'.repeat(30)}\r\n`.repeat(2), { headers }));
      expect(status).toBe(429);
      await inFlight(0);
    });

    test('is given back by every kind of refusal', async () => {
      front = await openFront({ maxInFlight: 1, maxInFlightBytes: 100, maxInFlightPerSink: 1 });
      for (let round = 0; round < 3; round++) {
        await ask(eventText('1', '{}', { path: '/demo/nothing' }));
        await ask(eventText('1', '{}', { headers: { 'ce-id': undefined } }));
        await ask(eventText('1', 'x'.repeat(100)));
        expect((await ask(eventText('1'))).status).toBe(202);
      }
    });
  });

  describe('the deadline', () => {
    test('answers 503 and aborts the signal; a late success is logged and stays counted until then', async () => {
      front = await openFront({ requestDeadlineMs: 50 });
      const store = gate();
      let signal: AbortSignal | undefined;
      front.backend.onStore = (_, deadline) => ((signal = deadline), store.promise);
      const { status, headers, client } = await ask(eventText('1'));
      expect({ status, headers }).toMatchObject({
        status: 503,
        headers: { reason: 'DeadlineExceeded', 'retry-after': '2' },
      });
      expect(signal?.aborted).toBe(true);
      expect(await front.metric('event_sinks_requests_in_flight')).toBe(1);
      store.resolve({});
      await eventually(async () => (await front.metric('event_sinks_requests_in_flight')) === 0);
      expect(front.logged('Event stored after its deadline')).toHaveLength(1);
      front.backend.onStore = () => Promise.resolve({});
      expect((await client.send(eventText('2')).take(2))[1]!.status).toBe(202);
    });

    test('swallows a late failure, with its cause in the log', async () => {
      front = await openFront({ requestDeadlineMs: 50 });
      const store = gate();
      front.backend.onStore = () => store.promise;
      expect((await ask(eventText('1'))).status).toBe(503);
      store.reject(new Error('too late'));
      await eventually(() => front.logged('Store failed after its deadline').length === 1);
      expect(front.logged('Store failed after its deadline')).toMatchObject([
        { error: { message: 'too late' } },
      ]);
    });

    test('holds for authorization as well, and nothing is stored when that comes late', async () => {
      front = await openFront({ requestDeadlineMs: 50 });
      const authorized = gate();
      Object.assign(front.backend, { authorize: () => authorized.promise });
      expect(await ask(eventText('1'))).toMatchObject({
        status: 503,
        headers: { reason: 'DeadlineExceeded' },
      });
      authorized.resolve({});
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(front.backend.stored).toEqual([]);
    });

    test('blames the sender while it is the body that is late', async () => {
      front = await openFront({ requestDeadlineMs: 50 });
      const text = eventText('1', '{', { headers: { 'Content-Length': '2' } });
      expect(await ask(text)).toMatchObject({ status: 408, headers: { reason: 'RequestTimeout' } });
    });
  });

  describe('a probe', () => {
    const probe = (path: string, hash?: string, method = 'GET') =>
      request(`${method} ${path}`, {
        'K-Network-Probe': 'probe',
        ...(hash === undefined ? {} : { 'K-Network-Hash': hash }),
      });

    const cases: Record<string, [string, number, string | undefined, string | undefined]> = {
      'for this uid and generation gets its hash back': [
        probe('/demo/orders', `${demoUid}/3`),
        200,
        `${demoUid}/3`,
        undefined,
      ],
      'for an older generation does, too': [
        probe('/demo/orders', `${demoUid}/2`),
        200,
        `${demoUid}/2`,
        undefined,
      ],
      'for a newer generation has to wait': [
        probe('/demo/orders', `${demoUid}/4`),
        503,
        undefined,
        'GenerationNotServed',
      ],
      'for another uid finds nothing': [
        probe('/demo/orders', `${otherUid}/1`),
        404,
        undefined,
        'SinkNotFound',
      ],
      'with a hash of Knative gets it back': [probe('/demo/orders', 'abc123'), 200, 'abc123', undefined],
      'without a hash gets none back': [probe('/demo/orders'), 200, undefined, undefined],
      'for no sink finds nothing': [probe('/demo/nothing', 'abc'), 404, undefined, 'SinkNotFound'],
      'for no path of a sink finds nothing': [probe('/healthz', 'abc'), 404, undefined, 'SinkNotFound'],
      'by POST is no event': [probe('/demo/orders', 'abc', 'POST'), 200, 'abc', undefined],
    };
    test.each(Object.keys(cases))('%s', async (sentence) => {
      front = await openFront();
      const [text, status, hash, reason] = cases[sentence]!;
      const { headers, ...answer } = await ask(text);
      expect([answer.status, headers['k-network-hash'], headers['reason']]).toEqual([status, hash, reason]);
      expect(headers['retry-after']).toBe(status === 503 ? '1' : undefined);
      expect(front.backend.stored).toEqual([]);
    });

    test.each([
      [`${demoUid}/3`, 'Stored;ago=1;since=2'],
      ['abc123', undefined],
    ])('with the hash %s gets what the backend adds for the controller: %s', async (hash, outcome) => {
      front = await openFront();
      Object.assign(front.backend, { probeHeaders: () => ['K-Sink-Last-Outcome', 'Stored;ago=1;since=2'] });
      const { status, headers } = await ask(probe('/demo/orders', hash));
      expect([status, headers['k-sink-last-outcome']]).toEqual([200, outcome]);
    });

    const probing = { 'K-Network-Probe': 'probe', 'K-Network-Hash': 'abc' };
    const chunkedEvent = { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' };
    test.each([
      ['with attributes and a body', eventText('1', '{}', { headers: probing })],
      ['with attributes alone', eventText('1', '', { headers: probing })],
      [
        'with attributes and no length',
        eventText('1', '', { headers: { ...probing, 'Content-Length': undefined } }),
      ],
      ['in chunks', eventText('1', '2\r\n{}\r\n0\r\n\r\n', { headers: { ...probing, ...chunkedEvent } })],
    ])('is none when it is an event, %s', async (_what, text) => {
      front = await openFront();
      const { status, headers } = await ask(text);
      expect([status, headers['k-network-hash']]).toEqual([202, undefined]);
      expect(front.backend.stored).toEqual(['1']);
    });

    test('is none when it is a body without attributes', async () => {
      front = await openFront();
      const text = eventText('1', '{}', { headers: { ...probing, 'ce-id': undefined } });
      expect(await ask(text)).toMatchObject({ status: 400, headers: { reason: 'NotACloudEvent' } });
    });

    test.each(['/healthz', '/readyz'])(
      'of the kubelet at %s is answered on the port of events',
      async (path) => {
        front = await openFront();
        expect((await ask(request(`GET ${path}`))).status).toBe(200);
        front.health.addCheck('synced', () => false);
        const notReady = await ask(request(`GET ${path}`));
        expect(notReady.status).toBe(path === '/healthz' ? 200 : 503);
        expect(notReady.headers['retry-after']).toBe(path === '/healthz' ? undefined : '1');
      },
    );
  });

  describe('OPTIONS', () => {
    test('answers the handshake of the webhook specification', async () => {
      front = await openFront();
      const headers = { 'WebHook-Request-Origin': 'events.example.com', 'WebHook-Request-Rate': '120' };
      expect(await ask(request('OPTIONS /demo/orders', headers))).toMatchObject({
        status: 200,
        headers: {
          allow: 'POST, OPTIONS',
          'webhook-allowed-origin': 'events.example.com',
          'webhook-allowed-rate': '*',
          'content-length': '0',
        },
      });
    });

    test('allows nobody who does not ask', async () => {
      front = await openFront();
      const { status, headers } = await ask(request('OPTIONS /demo/orders'));
      expect([status, headers['allow'], headers['webhook-allowed-origin']]).toEqual([
        200,
        'POST, OPTIONS',
        undefined,
      ]);
    });

    test.each(['', ' '])('consents to nobody when the origin is %j', async (origin) => {
      front = await openFront();
      const { status, headers } = await ask(
        request('OPTIONS /demo/orders', { 'WebHook-Request-Origin': origin, 'WebHook-Request-Rate': '1' }),
      );
      expect([status, headers['allow']]).toEqual([200, 'POST, OPTIONS']);
      expect(Object.keys(headers).filter((name) => name.startsWith('webhook'))).toEqual([]);
    });

    test('names the methods that a refusal names', async () => {
      front = await openFront();
      const { headers } = await ask(request('OPTIONS /demo/orders'));
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE']) {
        const refused = await front
          .connect()
          .send(request(`${method} /demo/orders`))
          .takeHead();
        expect([method, refused.status, refused.headers['allow']]).toEqual([method, 405, headers['allow']]);
      }
    });

    test('has no part in the paths of probes, whose methods are their own', async () => {
      front = await openFront();
      for (const path of ['/healthz', '/readyz'])
        expect(await ask(request(`DELETE ${path}`))).toMatchObject({
          status: 405,
          headers: { allow: 'GET, HEAD' },
        });
    });

    test.each(['/demo/nothing', '*', '/healthz'])('finds nothing at %s', async (target) => {
      front = await openFront();
      const headers = { 'WebHook-Request-Origin': 'x' };
      expect(await ask(request(`OPTIONS ${target}`, headers))).toMatchObject({
        status: 404,
        headers: { reason: 'SinkNotFound' },
      });
    });
  });

  describe('extra routes', () => {
    const open = () =>
      openFront(
        {},
        {
          extraRoutes: (router) => {
            router.get('/namespaces/:ns/ids/:id', (asked, response) => {
              if (asked.params.id === 'none') throw new SinkError('SinkNotFound');
              response.status(200).set('Reason', asked.params.id).end();
            });
          },
        },
      );

    test('are served, with decoded parts and no marks of Express', async () => {
      front = await open();
      const { status, headers } = await ask(request('GET /namespaces/demo/ids/a%2Fb'));
      expect([status, headers['reason']]).toEqual([200, 'a/b']);
      expect([headers['x-powered-by'], headers['etag']]).toEqual([undefined, undefined]);
    });

    test.each([
      ['what they throw', '/namespaces/demo/ids/none', 404, 'SinkNotFound'],
      ['a broken escape', '/namespaces/demo/ids/%zz', 400, 'MalformedRequest'],
      ['a path that nobody has', '/namespaces', 404, 'SinkNotFound'],
    ])('answer %s as a refusal', async (_, path, status, reason) => {
      front = await open();
      expect(await ask(request(`GET ${path}`))).toMatchObject({
        status,
        ...{ headers: { reason }, body: expect.stringMatching(oneLine) },
      });
    });
  });

  describe('metrics', () => {
    const bySink = (status: number) =>
      `kn_eventing_dispatch_duration_seconds_count{kn_sink_name="orders",kn_sink_namespace="demo",kn_sink_kind="KafkaSink",http_response_status_code="${status}"}`;

    test('count answers by sink and status, refusals by reason, and bytes', async () => {
      front = await openFront();
      await ask(eventText('1', 'abc'));
      await ask(eventText('1', 'abc', { headers: { 'ce-id': undefined } }));
      expect(await front.metric(bySink(202))).toBe(1);
      expect(await front.metric(bySink(400))).toBe(1);
      expect(await front.metric('event_sinks_requests_refused_total{reason="NotACloudEvent"}')).toBe(1);
      const bytes = (status: number) =>
        `event_sinks_received_bytes_total{http_response_status_code="${status}"}`;
      expect(await front.metric(bytes(202))).toBe(3);
      expect(await front.metric(bytes(400))).toBe(3);
      expect(await front.metric('event_sinks_requests_in_flight_limit')).toBeGreaterThan(0);
    });

    test('are not made by what a sender chooses', async () => {
      front = await openFront();
      await ask(eventText('1'));
      await ask(eventText('1', '', { path: '/demo/nothing' }));
      const lines = async () => (await front.registry.metrics()).split('\n').length;
      const before = await lines();
      for (let index = 0; index < 20; index++) {
        await ask(eventText(`id${index}`, '{}', { headers: { 'ce-type': `t${index}`, Host: `h${index}` } }));
        await ask(eventText('1', '', { path: `/demo/nothing${index}` }));
      }
      expect(await lines()).toBe(before);
    });

    test('of a sink that is gone are dropped', async () => {
      front = await openFront();
      await ask(eventText('1'));
      front.ingress.forget({ namespace: 'demo', name: 'orders', uid: demoUid });
      expect(await front.registry.metrics()).not.toContain('kn_sink_name="orders"');
    });

    test('of a sink that is gone do not come back with the answer to an event that was in flight', async () => {
      front = await openFront();
      const stored = Promise.withResolvers<object>();
      const reached = Promise.withResolvers<undefined>();
      front.backend.onStore = () => {
        reached.resolve(undefined);
        return stored.promise;
      };
      const answer = ask(eventText('1'));
      await reached.promise;
      front.ingress.forget({ namespace: 'demo', name: 'orders', uid: demoUid });
      stored.resolve({});
      await answer;
      expect(await front.registry.metrics()).not.toContain('kn_sink_name="orders"');
    });
  });

  describe('the log', () => {
    test('is not flooded by a backend that is down', async () => {
      front = await openFront();
      front.backend.onStore = () => Promise.reject(new SinkError('KafkaUnavailable'));
      const client = front.connect();
      client.send(Array.from({ length: 200 }, (_, index) => eventText(String(index))).join(''));
      await client.take(200);
      expect(front.logged('Request failed').length).toBeLessThanOrEqual(20);
    });
  });
});

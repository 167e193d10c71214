import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventText, eventually, oneLine, plainText, type Front, fronts, gate } from '../test/front.ts';

describe.each(fronts)('through %s', (_way, openFront) => {
  let front: Front;
  beforeEach(async () => {
    front = await openFront({ headersTimeoutMs: 300, bodyTimeoutMs: 300 });
  });
  afterEach(() => front.close());

  /** Everything that stands on one connection and is answered once, then closed or not. */
  interface Row {
    readonly send: string;
    readonly status: number;
    readonly reason?: string;
    readonly stored?: number;
  }

  const one = (send: string, status: number, reason?: string): Row =>
    reason === undefined ? { send, status, stored: status === 202 ? 1 : 0 } : { send, status, reason };
  const chunked = { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' };
  const host = 'Host: sink\r\n\r\n';

  const rows: Record<string, Row> = {
    'an event with Content-Length is stored': one(eventText('1'), 202),
    'an event in chunks is stored': one(eventText('1', '2\r\n{}\r\n0\r\n\r\n', { headers: chunked }), 202),
    'an event without a body is stored': one(eventText('1', ''), 202),
    'chunk extensions and trailers are read over': one(
      eventText('1', '2;a=b\r\n{}\r\n0\r\nce-id: forged\r\n\r\n', { headers: chunked }),
      202,
    ),
    'an event by HTTP/1.0 is stored': one(eventText('1', '{}', { version: '1.0' }), 202),
    'an event in absolute form is stored': one(
      eventText('1', '{}', { path: 'http://sink/demo/orders' }),
      202,
    ),
    'a wrong Host does not matter': one(eventText('1', '{}', { headers: { Host: 'elsewhere' } }), 202),
    'an offered h2c upgrade is not taken': one(
      eventText('1', '{}', {
        headers: { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AA' },
      }),
      202,
    ),
    'an unknown expectation is ignored': one(eventText('1', '{}', { headers: { Expect: 'miracles' } }), 202),
    'a thousand headers are read': one(
      eventText('1', '{}', {
        headers: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x${i}`, '1'])),
      }),
      202,
    ),
    'a WebSocket handshake is refused': one(
      `GET /demo/orders HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${host}`,
      405,
      'MethodNotAllowed',
    ),
    'CONNECT is refused': one(`CONNECT sink:443 HTTP/1.1\r\n${host}`, 405, 'MethodNotAllowed'),
    'TRACE is refused': one(`TRACE /demo/orders HTTP/1.1\r\n${host}`, 405, 'MethodNotAllowed'),
    'Content-Length with Transfer-Encoding is refused': one(
      eventText('1', '0\r\n\r\n', { headers: { 'Transfer-Encoding': 'chunked' } }),
      400,
      'MalformedRequest',
    ),
    'two lengths are refused': one(
      eventText('1', '{}').replace('Content-Length: 2', 'Content-Length: 2\r\nContent-Length: 3'),
      400,
      'MalformedRequest',
    ),
    'a length that is no number is refused': one(
      eventText('1', '{}', { headers: { 'Content-Length': '-2' } }),
      400,
      'MalformedRequest',
    ),
    'a transfer coding beside chunked is refused': one(
      eventText('1', '0\r\n\r\n', { headers: { ...chunked, 'Transfer-Encoding': 'gzip, chunked' } }),
      400,
      'MalformedRequest',
    ),
    'chunked twice is refused': one(
      eventText('1', '0\r\n\r\n', { headers: { ...chunked, 'Transfer-Encoding': 'chunked, chunked' } }),
      400,
      'MalformedRequest',
    ),
    'a folded Transfer-Encoding is refused': one(
      eventText('1', '0\r\n\r\n', { headers: { ...chunked, 'Transfer-Encoding': '\r\n chunked' } }),
      400,
      'MalformedRequest',
    ),
    'a chunk size that overflows is refused': one(
      eventText('1', 'ffffffffffffffffff\r\n', { headers: chunked }),
      400,
      'MalformedRequest',
    ),
    'a broken chunk behind a path that is no sink leaves the first refusal': one(
      eventText('1', 'zz\r\n', { path: '/demo/nothing', headers: chunked }),
      404,
      'SinkNotFound',
    ),
    'a chunk size that is no number is refused': one(
      eventText('1', 'zz\r\n', { headers: chunked }),
      400,
      'MalformedRequest',
    ),
    'a bare line feed is refused': one(`POST /demo/orders HTTP/1.1\nHost: sink\n\n`, 400, 'MalformedRequest'),
    'HTTP/0.9 is refused': one('GET /demo/orders\r\n\r\n', 400, 'MalformedRequest'),
    'the preface of HTTP/2 is refused': one('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'MalformedRequest'),
    'noise is refused': one('\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n', 400, 'MalformedRequest'),
    'a request without Host is refused': one(
      eventText('1', '', { headers: { Host: undefined } }),
      400,
      'MalformedRequest',
    ),
    'two Hosts are refused': one(
      eventText('1', '').replace('Host: sink', 'Host: sink\r\nhost: other'),
      400,
      'MalformedRequest',
    ),
    ...Object.fromEntries(
      ['a/b?c', 'a b', 'a@b', '[::1', 'a:b', 'a:80:80', '<x>', 'a%zz', 'a#b', 'a\\b', '\xe9'].map((host) => [
        `the Host ${JSON.stringify(host)} is refused`,
        one(eventText('1', '', { headers: { Host: host } }), 400, 'MalformedRequest'),
      ]),
    ),
    ...Object.fromEntries(
      ['', 'sink:8080', '[::1]:80', 'a_b.c', '%41', 'job-sink.knative-eventing.svc:'].map((host) => [
        `the Host ${JSON.stringify(host)} is taken`,
        one(eventText('1', '', { headers: { Host: host } }), 202),
      ]),
    ),
    'an absolute target with an authority that is none is refused': one(
      eventText('1', '', { path: 'http://a|b/demo/orders' }),
      400,
      'MalformedRequest',
    ),
    'a NUL in a header is refused': one(
      eventText('1', '', { headers: { 'ce-source': 'a\u0000b' } }),
      400,
      'MalformedRequest',
    ),
    'headers over the limit are refused': one(
      eventText('1', '', { headers: { 'ce-source': 'x'.repeat(17_000) } }),
      431,
      'HeadersTooLarge',
    ),
    'a long path is refused': one(
      eventText('1', '', { path: `/demo/${'x'.repeat(9_000)}` }),
      414,
      'UriTooLong',
    ),
    'a request line over the header limit is refused': one(
      eventText('1', '', { path: `/demo/${'x'.repeat(40_000)}` }),
      414,
      'UriTooLong',
    ),
    'a request line over the header limit, in many pieces, is refused': one(
      eventText('1', '', { path: `/demo/${'x'.repeat(300_000)}` }),
      414,
      'UriTooLong',
    ),
    'a header over the limit, in many pieces, is refused': one(
      eventText('1', '', { headers: { 'ce-source': 'x'.repeat(300_000) } }),
      431,
      'HeadersTooLarge',
    ),
    'headers that do not end are refused': one(
      'POST /demo/orders HTTP/1.1\r\nHost: s',
      408,
      'RequestTimeout',
    ),
    'silence is refused': one('', 408, 'RequestTimeout'),
    'a body that does not end is refused': one(
      eventText('1', '{', { headers: { 'Content-Length': '2' } }),
      408,
      'RequestTimeout',
    ),
    'chunks that do not end are refused': one(
      eventText('1', '2\r\n{}\r\n', { headers: chunked }),
      408,
      'RequestTimeout',
    ),
  };

  describe('on a raw connection', () => {
    test.each(Object.keys(rows))('%s', async (sentence) => {
      const { send, status, reason, stored = 0 } = rows[sentence]!;
      const client = front.connect().send(Buffer.from(send, 'latin1'));
      const [answer] = await client.take(1);
      expect(answer!.status).toBe(status);
      expect(answer!.headers['reason']).toBe(reason);
      expect(answer!.body).toMatch(reason === undefined ? /^$/ : oneLine);
      expect(answer!.headers['content-type']).toBe(reason === undefined ? undefined : plainText);
      if (status === 405) expect(answer!.headers['allow']).toBe('POST, OPTIONS');
      client.close();
      await client.closed;
      expect(client.answers).toHaveLength(1);
      expect(front.backend.stored).toHaveLength(stored);
      expect(front.logged('Request failed')).toEqual([]);
    });

    test('a refusal of the connection itself closes it and says so', async () => {
      const client = front.connect().send('nonsense\r\n\r\n');
      expect(await client.takeAll()).toMatchObject([{ status: 400, headers: { connection: 'close' } }]);
      expect(client.failure).toBeUndefined();
    });
  });

  describe('pipelining', () => {
    test('a hundred good and bad requests are answered in order', async () => {
      const delays = [8, 0, 4, 1];
      front.backend.onStore = ({ id }) => new Promise((go) => setTimeout(go, delays[Number(id) % 4], {}));
      const kinds: [(id: string) => string, number][] = [
        [(id) => eventText(id, 'x'.repeat(900)), 202],
        [(id) => eventText(id, ''), 202],
        [(id) => eventText(id, '{}', { headers: { 'ce-id': undefined } }), 400],
        [(id) => eventText(id, '{}', { path: '/demo/nothing' }), 404],
        [() => `DELETE /demo/orders HTTP/1.1\r\n${host}`, 405],
      ];
      const sent = Array.from({ length: 100 }, (_, index) => kinds[index % 5]!);
      const client = front.connect();
      client.send(sent.map(([text], index) => text(String(index))).join(''));
      const answers = await client.take(100);
      expect(answers.map(({ status }) => status)).toEqual(sent.map(([, status]) => status));
      expect(front.backend.stored).toHaveLength(40);
    });

    test('events reach the store in the order in which they were sent', async () => {
      const order: string[] = [];
      front.backend.onStore = ({ id }) => (order.push(id), Promise.resolve({}));
      const ids = Array.from({ length: 100 }, (_, index) => String(index));
      const client = front.connect();
      client.send(ids.map((id, index) => eventText(id, 'x'.repeat(index % 3 === 0 ? 0 : 700))).join(''));
      await client.take(100);
      expect(order).toEqual(ids);
    });

    test('garbage behind an event is refused after the event has its own answer', async () => {
      const store = gate();
      front.backend.onStore = () => store.promise;
      const client = front.connect().send(`${eventText('1')}garbage\r\n\r\n`);
      await eventually(async () => (await front.metric('event_sinks_requests_in_flight')) === 1);
      expect(client.text).toBe('');
      store.resolve({});
      expect((await client.takeAll()).map(({ status }) => status)).toEqual([202, 400]);
    });

    test('a broken body behind an event is refused in its turn', async () => {
      const store = gate();
      front.backend.onStore = () => store.promise;
      const broken = eventText('2', 'zz\r\n', { headers: chunked });
      const client = front.connect().send(eventText('1') + broken);
      await eventually(
        async () =>
          (await front.metric('event_sinks_requests_refused_total{reason="MalformedRequest"}')) === 1,
      );
      expect(client.text).toBe('');
      store.resolve({});
      expect((await client.takeAll()).map(({ status }) => status)).toEqual([202, 400]);
      expect(front.backend.stored).toEqual(['1']);
    });
  });

  describe('the limit of headers on a connection that has served', () => {
    const long = 'x'.repeat(300_000);

    test.each([
      ['a request line', eventText('2', '', { path: `/demo/${long}` }), 414],
      ['a header', eventText('2', '', { headers: { 'ce-source': long } }), 431],
    ])('tells that %s was too long', async (_what, text, status) => {
      const client = front.connect().send(eventText('1', 'a\nb'));
      await client.take(1);
      const answers = await client.send(text).take(2);
      expect(answers.map((each) => each.status)).toEqual([202, status]);
    });

    test('tells it also when the line stands behind an event', async () => {
      const client = front.connect();
      client.send(eventText('1', 'a\nb') + eventText('2', '', { path: `/demo/${long}` }));
      expect((await client.take(2)).map((each) => each.status)).toEqual([202, 414]);
    });
  });

  describe('a client that ends its side', () => {
    const healthz = `GET /healthz HTTP/1.1\r\n${host}`;
    const inFlight = (count: number) =>
      eventually(async () => (await front.metric('event_sinks_requests_in_flight')) === count);

    /** What has arrived by now has been read once another connection has had its answers. */
    async function readByNow() {
      const other = front.connect();
      for (let turn = 1; turn <= 3; turn++) await other.send(healthz).take(turn);
      other.close();
    }

    /** The first event is under way when the others come, and the end of the client's side with them. */
    async function afterEnd(behind: string) {
      const store = gate();
      front.backend.onStore = ({ id }) => (id === '1' ? store.promise : Promise.resolve({}));
      const client = front.connect().send(eventText('1'));
      await inFlight(1);
      client.send(behind);
      client.socket.end();
      await new Promise((resolve) => client.socket.once('finish', resolve));
      await readByNow();
      store.resolve({});
      const answers = await client.takeAll();
      return { statuses: answers.map(({ status }) => status), stored: front.backend.stored.sort(), client };
    }

    const cutHead = eventText('9').slice(0, 30);
    const cutBody = eventText('9', '{}').slice(0, -1);
    const inChunks = (id: string) => eventText(id, '2\r\n{}\r\n0\r\n\r\n', { headers: chunked });
    test.each<[string, string, number[], string[]]>([
      ['with nothing behind it', '', [202], ['1']],
      ['with a whole one behind it', eventText('2'), [202, 202], ['1', '2']],
      ['with two whole ones behind it', eventText('2') + eventText('3'), [202, 202, 202], ['1', '2', '3']],
      ['with one in chunks behind it', inChunks('2'), [202, 202], ['1', '2']],
      ['with a bad one behind it', eventText('2', '', { path: '/demo/nothing' }), [202, 404], ['1']],
      ['with another kind behind it', healthz + eventText('2'), [202, 200, 202], ['1', '2']],
      ['with half a head behind it', cutHead, [202], ['1']],
      ['with half a body behind it', cutBody, [202], ['1']],
      ['with a whole one and half a head behind it', eventText('2') + cutHead, [202, 202], ['1', '2']],
      ['with a whole one and half a body behind it', eventText('2') + cutBody, [202, 202], ['1', '2']],
      ['with half a body in chunks behind it', inChunks('9').slice(0, -5), [202], ['1']],
    ])(
      'while an event is stored, %s, has each whole request answered and no other stored',
      async (...row) => {
        const [, behind, statuses, stored] = row;
        const seen = await afterEnd(behind);
        expect([seen.statuses, seen.stored]).toEqual([statuses, stored]);
        expect(seen.client.failure).toBeUndefined();
        await inFlight(0);
      },
    );

    test.each([
      ['an event', eventText('1'), 202],
      ['an event in chunks', inChunks('1'), 202],
      ['an event by HTTP/1.0', eventText('1', '{}', { version: '1.0' }), 202],
      ['a probe', healthz, 200],
      ['a bad event', eventText('1', '{}', { headers: { 'ce-id': undefined } }), 400],
    ])('at once behind %s has its answer', async (_what, text, status) => {
      const client = front.connect();
      client.socket.end(text);
      expect((await client.takeAll()).map((each) => each.status)).toEqual([status]);
      expect(front.backend.stored).toHaveLength(status === 202 ? 1 : 0);
    });

    test.each([
      ['a head', cutHead],
      ['a body', cutBody],
    ])('in the middle of %s has no answer and nothing stored', async (_what, text) => {
      const client = front.connect();
      client.socket.end(text);
      expect(await client.takeAll()).toEqual([]);
      expect(front.backend.stored).toEqual([]);
      await inFlight(0);
    });
  });

  describe('a client that leaves', () => {
    test.each([
      ['with a length', eventText('1', '{', { headers: { 'Content-Length': '500' } })],
      ['in chunks', eventText('1', '2\r\n{}\r\n', { headers: chunked })],
    ])('in mid-body, sent %s, has nothing stored', async (_, text) => {
      const client = front.connect().send(text);
      await eventually(async () => (await front.metric('event_sinks_requests_in_flight')) === 1);
      client.close();
      await eventually(async () => (await front.metric('event_sinks_requests_in_flight')) === 0);
      expect(front.backend.stored).toEqual([]);
      expect(await front.metric('event_sinks_requests_refused_total{reason="ClientGone"}')).toBe(1);
    });

    test('in the middle of the body while it is being authorized has nothing stored', async () => {
      const leave = gate();
      Object.assign(front.backend, { authorize: () => leave.promise });
      const client = front.connect().send(eventText('1', '{', { headers: { 'Content-Length': '500' } }));
      await eventually(async () => (await front.metric('event_sinks_requests_in_flight')) === 1);
      client.close();
      await client.closed;
      await new Promise((resolve) => setTimeout(resolve, 20));
      leave.resolve({});
      await eventually(async () => (await front.metric('event_sinks_requests_in_flight')) === 0);
      expect(front.backend.stored).toEqual([]);
    });

    test('after the body still has its event stored', async () => {
      const store = gate();
      front.backend.onStore = () => store.promise;
      const client = front.connect().send(eventText('1'));
      await eventually(async () => (await front.metric('event_sinks_requests_in_flight')) === 1);
      client.close();
      await client.closed;
      store.resolve({});
      await eventually(() => front.backend.stored.length === 1);
    });
  });
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventText, eventually, type Front, fronts, gate } from '../../test/front.ts';

const [, [, openFront]] = fronts as [unknown, (typeof fronts)[number]];
let front: Front;
beforeEach(async () => {
  front = await openFront({ headersTimeoutMs: 400, bodyTimeoutMs: 400, keepAliveTimeoutMs: 1_000 });
});
afterEach(() => front.close());

const inFlight = (count: number) =>
  eventually(async () => (await front.metric('event_sinks_requests_in_flight')) === count);
const statuses = (answers: readonly { readonly status: number }[]) => answers.map(({ status }) => status);

describe('a connection on the plain lane', () => {
  test('serves one event after another, of any size', async () => {
    const client = front.connect();
    for (let index = 0; index < 50; index += 1) {
      client.send(eventText(String(index), 'x'.repeat(index * 20)));
      await client.take(index + 1);
    }
    expect(front.backend.bodies.map(({ length }) => length)).toEqual(
      Array.from({ length: 50 }, (_, index) => index * 20),
    );
  });

  test('changes over to Node for a request of another kind, and stays good for every kind', async () => {
    const client = front.connect();
    const chunks = eventText('2', '2\r\n{}\r\n0\r\n\r\n', {
      headers: { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' },
    });
    const texts = [
      eventText('1'),
      chunks,
      eventText('3'),
      'GET /healthz HTTP/1.1\r\nHost: s\r\n\r\n',
      eventText('4'),
    ];
    for (const [index, text] of texts.entries()) {
      client.send(text);
      await client.take(index + 1);
    }
    expect(statuses(client.answers)).toEqual([202, 202, 202, 200, 202]);
    expect(front.backend.stored).toEqual(['1', '2', '3', '4']);
  });

  test('keeps what comes while an event is stored for afterwards', async () => {
    const store = gate();
    front.backend.onStore = () => store.promise;
    const client = front.connect().send(eventText('1'));
    await inFlight(1);
    client.send(eventText('2')).send(eventText('3').slice(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.send(eventText('3').slice(20));
    expect(client.text).toBe('');
    store.resolve({});
    expect(statuses(await client.take(3))).toEqual([202, 202, 202]);
    expect(front.backend.stored).toEqual(['1', '2', '3']);
  });

  test('answers what came whole before the client ended its side', async () => {
    const store = gate();
    front.backend.onStore = () => store.promise;
    const client = front.connect().send(eventText('1'));
    await inFlight(1);
    client.socket.end();
    await new Promise((resolve) => setTimeout(resolve, 20));
    store.resolve({});
    expect(await client.takeAll()).toMatchObject([{ status: 202, headers: { connection: 'close' } }]);
  });

  test.each([
    ['in its headers', eventText('1').slice(0, 30)],
    ['in its body', eventText('1', '{}').slice(0, -1)],
  ])('that stops %s gets its 408 in time', async (_where, text) => {
    const [answer] = await front.connect().send(text).takeAll();
    expect(answer).toMatchObject({ status: 408, headers: { reason: 'RequestTimeout' } });
    expect(front.backend.stored).toEqual([]);
  });

  test('is closed when it has been idle for as long as is allowed, and not sooner', async () => {
    const client = front.connect().send(eventText('1'));
    await client.take(1);
    await new Promise((resolve) => setTimeout(resolve, 600));
    client.send(eventText('2'));
    await client.take(2);
    await client.closed;
    expect([front.backend.stored, client.failure]).toEqual([['1', '2'], undefined]);
  });

  test('says with which answer it closes when it has served as many requests as it may', async () => {
    await front.close();
    front = await openFront({ maxRequestsPerSocket: 2 });
    const client = front.connect().send(eventText('1'));
    await client.take(1);
    client.send(eventText('2'));
    const answers = await client.takeAll();
    expect(answers.map(({ headers }) => headers['connection'])).toEqual(['keep-alive', 'close']);
  });
});

import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { eventText, eventually, type Front, fronts, gate } from '../test/front.ts';

describe.each(fronts)('through %s', (_way, openFront) => {
  let front: Front;
  const others: Front[] = [];
  afterEach(() => Promise.all([front, ...others.splice(0)].map((each) => each.close())));

  const inFlight = (count: number) =>
    eventually(async () => (await front.metric('event_sinks_requests_in_flight')) === count);

  describe('draining', () => {
    test('turns readiness off, keeps serving, and closes each connection with its answer', async () => {
      front = await openFront({ drainDelayMs: 100 });
      const idle = front.connect().send(eventText('1'));
      expect((await idle.take(1))[0]!.headers['connection']).toBe('keep-alive');
      const drained = front.ingress.drain();
      expect(front.health.failing()).toEqual(['draining']);
      idle.send(eventText('2'));
      const late = front.connect().send(eventText('3'));
      expect((await idle.takeAll())[1]).toMatchObject({ status: 202, headers: { connection: 'close' } });
      expect((await late.takeAll())[0]).toMatchObject({ status: 202, headers: { connection: 'close' } });
      const probe = front.connect().send('GET /readyz HTTP/1.1\r\nHost: sink\r\n\r\n');
      expect((await probe.takeAll())[0]).toMatchObject({ status: 503, headers: { connection: 'close' } });
      await drained;
      expect(front.backend.stored).toEqual(['1', '2', '3']);
      expect([idle.failure, late.failure]).toEqual([undefined, undefined]);
    });

    test('takes no new connection after the delay and closes idle ones', async () => {
      front = await openFront();
      const idle = front.connect().send(eventText('1'));
      await idle.take(1);
      await front.ingress.drain();
      await idle.closed;
      expect(idle.failure).toBeUndefined();
      const refused = await new Promise<string>((resolve) => {
        connect(front.port, '127.0.0.1').once('error', ({ code }: NodeJS.ErrnoException) => {
          resolve(code ?? '');
        });
      });
      expect(refused).toBe('ECONNREFUSED');
    });

    test('waits for what is in flight, and for a body that is still coming', async () => {
      front = await openFront();
      const store = gate();
      front.backend.onStore = () => store.promise;
      const storing = front.connect().send(eventText('1'));
      const sending = front.connect().send(eventText('2', '{', { headers: { 'Content-Length': '2' } }));
      await inFlight(2);
      let done = false;
      const drained = front.ingress.drain().then(() => (done = true));
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(done).toBe(false);
      sending.send('}');
      store.resolve({});
      expect((await storing.takeAll()).map(({ status }) => status)).toEqual([202]);
      expect((await sending.takeAll()).map(({ status }) => status)).toEqual([202]);
      await drained;
    });

    test('waits for a store whose client has left', async () => {
      front = await openFront();
      const store = gate();
      front.backend.onStore = () => store.promise;
      const client = front.connect().send(eventText('1'));
      await inFlight(1);
      client.close();
      const drained = front.ingress.drain();
      await new Promise((resolve) => setTimeout(resolve, 40));
      store.resolve({});
      await drained;
      expect(front.backend.stored).toEqual(['1']);
    });

    test('answers every pipelined request before it closes', async () => {
      front = await openFront();
      const store = gate();
      front.backend.onStore = () => store.promise;
      const client = front.connect().send(['1', '2', '3'].map((id) => eventText(id)).join(''));
      await inFlight(3);
      const drained = front.ingress.drain();
      store.resolve({});
      const answers = await client.takeAll();
      expect(answers.map(({ headers }) => headers['connection'])).toEqual([
        'keep-alive',
        'keep-alive',
        'close',
      ]);
      await drained;
    });

    test('cuts what outlasts the timeout, and is one drain however often it is asked for', async () => {
      front = await openFront({ drainTimeoutMs: 50 });
      front.backend.onStore = () => new Promise(() => undefined);
      const stuck = front.connect().send(eventText('1'));
      await inFlight(1);
      const drained = front.ingress.drain();
      expect(front.ingress.drain()).toBe(drained);
      await drained;
      await stuck.closed;
      expect(stuck.answers).toEqual([]);
      expect(front.logged('Drained')).toMatchObject([{ unfinished: 1 }]);
    });

    test('does not wait long for a connection that says nothing', async () => {
      front = await openFront({ headersTimeoutMs: 60, drainTimeoutMs: 60_000 });
      const mute = front.connect();
      await new Promise((resolve) => mute.socket.once('connect', resolve));
      await front.ingress.drain();
      await mute.closed;
    });
  });

  describe('under load', () => {
    /** Sends until told to stop; where to is asked for each event, as an endpoint list would be. */
    async function senders(count: number, portNow: () => number, running: () => boolean) {
      const agent = new Agent({ keepAlive: true, maxSockets: count });
      const outcomes = new Map<string, number>();
      const note = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      let id = 0;
      const send = () =>
        new Promise<void>((resolve) => {
          const headers = { 'ce-id': String(id++), 'content-length': '2' };
          const options = {
            agent,
            host: '127.0.0.1',
            port: portNow(),
            path: '/demo/orders',
            method: 'POST',
            headers,
          };
          const asked = request(options, (response) => {
            note(String(response.statusCode));
            response.resume().once('end', resolve);
          });
          asked.once('error', ({ code }: NodeJS.ErrnoException) => {
            note(code ?? 'error');
            resolve();
          });
          asked.end('{}');
        });
      await Promise.all(
        Array.from({ length: count }, async () => {
          while (running()) await send();
        }),
      );
      agent.destroy();
      return { outcomes, sent: id };
    }

    test('ten drains lose no answer and reset no connection', async () => {
      front = await openFront({ drainDelayMs: 60 });
      let current = front;
      let running = true;
      const slowly = (target: Front) => {
        target.backend.onStore = () => new Promise((go) => setTimeout(go, 2, {}));
      };
      slowly(current);
      const load = senders(
        16,
        () => current.port,
        () => running,
      );
      for (let round = 0; round < 10; round++) {
        const next = await openFront({ drainDelayMs: 60 });
        others.push(next);
        slowly(next);
        const drained = current.ingress.drain();
        // Endpoints lag behind: for a while events still go to who is leaving.
        await new Promise((resolve) => setTimeout(resolve, 30));
        current = next;
        await drained;
      }
      running = false;
      const { outcomes, sent } = await load;
      expect([...outcomes.keys()]).toEqual(['202']);
      expect([front, ...others].reduce((sum, { backend }) => sum + backend.stored.length, 0)).toBe(sent);
      expect(sent).toBeGreaterThan(500);
    }, 60_000);

    test('a connection ends cleanly after its share of requests', async () => {
      front = await openFront({ maxRequestsPerSocket: 5 });
      let left = 200;
      const { outcomes } = await senders(
        4,
        () => front.port,
        () => left-- > 0,
      );
      expect([...outcomes.keys()]).toEqual(['202']);
    });
  });
});

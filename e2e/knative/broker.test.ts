import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { runBroker, type BrokerPlan } from './broker.ts';

interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server;
let base: string;
let seen: Seen[];
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      seen.push({ path, headers: request.headers, body: Buffer.concat(chunks).toString() });
      const tries = seen.filter((other) => other.path === path).length;
      if (path === '/hangs') return;
      response.statusCode = statusOf(path, tries);
      response.end(path === '/talks' ? 'OK' : response.statusCode === 202 ? '' : 'no');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** `/recovers` takes the third request, `/refuses` none. */
function statusOf(path: string, tries: number): number {
  if (path === '/recovers') return tries < 3 ? 503 : 202;
  if (path === '/refuses') return 400;
  return path === '/fails' ? 500 : 202;
}

const event = {
  attributes: { specversion: '1.0', id: '1', source: '/s', type: 't', datacontenttype: 'text/plain' },
  data: 'payload',
};
const run = (paths: readonly string[], delivery: BrokerPlan['delivery'] = {}): ReturnType<typeof runBroker> =>
  runBroker(() => Promise.reject(new Error('nothing to ask for')), {
    triggers: paths.map((path) => ({ name: path, subscriber: { uri: base + path } })),
    delivery: { retry: 2, backoffDelay: 'PT0S', deadLetterSink: { uri: `${base}/letters` }, ...delivery },
    events: [event],
    resolveTimeoutMs: 1_000,
  });
const letters = (): Seen[] => seen.filter(({ path }) => path === '/letters');

test('an event that is taken at last is no dead letter', async () => {
  expect(await run(['/recovers'])).toMatchObject([{ requests: 3 }]);
  expect(letters()).toEqual([]);
  expect(seen[0]?.headers).toMatchObject({ 'ce-id': '1', 'content-type': 'text/plain', prefer: 'reply' });
});

test.each([
  ['/fails', 3, '500', 'no'],
  ['/refuses', 1, '400', 'no'],
  ['/talks', 3, '502', 'OK'],
])('after %s and %d requests it is one with code %s', async (path, requests, code, body) => {
  expect(await run([path])).toMatchObject([{ requests, deadLetter: { requests: 1 } }]);
  expect(letters()).toMatchObject([
    {
      body: 'payload',
      headers: {
        'ce-id': '1',
        'ce-knativeerrordest': base + path,
        'ce-knativeerrorcode': code,
        'ce-knativeerrordata': Buffer.from(body).toString('base64'),
      },
    },
  ]);
});

test('a receiver that never answers runs into the timeout, each time', async () => {
  expect(await run(['/hangs'], { retry: 1, timeout: 'PT0.1S' })).toMatchObject([{ requests: 2 }]);
  const [letter] = letters();
  expect(letter?.headers['ce-knativeerrorcode']).toBe('500');
  expect(Buffer.from(String(letter?.headers['ce-knativeerrordata']), 'base64').toString()).toMatch(
    /timeout/i,
  );
});

test('the event is one dead letter for each Trigger that fails', async () => {
  await run(['/fails', '/refuses', '/good']);
  expect(letters().map(({ headers }) => headers['ce-knativeerrordest'])).toHaveLength(2);
});

test('without a dead-letter sink the failure is all that is left', async () => {
  const plan = {
    triggers: [{ name: 'a', subscriber: { uri: `${base}/refuses` } }],
    events: [event],
    resolveTimeoutMs: 1_000,
  };
  const [report] = await runBroker(() => Promise.reject(new Error('nothing to ask for')), plan);
  expect(report).toMatchObject({ failure: { code: 400, body: 'no' } });
  expect(report?.deadLetter).toBeUndefined();
});

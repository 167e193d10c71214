import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Front, fronts } from '../../test/front.ts';

const open: Front[] = [];
afterEach(() => Promise.all(open.splice(0).map((front) => front.close())));

const line = fc.constantFrom(
  ...Array<string>(8).fill('POST /demo/orders HTTP/1.1'),
  'POST /demo/nothing HTTP/1.1',
  'POST /demo/other.sink HTTP/1.1',
  'POST /demo/orders?q HTTP/1.1',
  'POST /demo/orders/ HTTP/1.1',
  'POST /Demo/orders HTTP/1.1',
  'POST //orders HTTP/1.1',
  'POST /demo/orders HTTP/1.0',
  'GET /demo/orders HTTP/1.1',
  'OPTIONS /demo/orders HTTP/1.1',
);
const header = fc.constantFrom(
  ...[
    'ce-id: 1',
    'CE-ID: 2',
    'ce-id:3',
    'ce-id: 4  ',
    'ce-id:\t5',
    'ce-id: \xe9',
    'ce-id : 6',
    'ce-id: 7\n',
    ' folded',
  ],
  ...[
    'Host: again',
    'Content-Type: text/plain',
    'Content-Type: application/json',
    'X:',
    'x: \x00',
    'x: \x7f',
    ': x',
  ],
  ...[
    'Connection: keep-alive',
    'Connection: close',
    'Connection: x',
    'Keep-Alive: timeout=5',
    'Expect: 100-continue',
  ],
  ...[
    'Content-Length: 2',
    'content-length: 2',
    'Content-Length: 02',
    'Content-Length: 3',
    'Content-Length: -1',
  ],
  ...[
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: x',
    'Upgrade: h2c',
    'TE: trailers',
    'K-Network-Probe: probe',
  ],
);
const framing = fc.constantFrom(
  ...Array<string>(6).fill('Content-Length: 2'),
  'Content-Length: 0',
  'X-None: 1',
);
const body = fc.constantFrom(...Array<string>(6).fill('{}'), '', '{', '{}\r\n', '0\r\n\r\n');
const host = fc.constantFrom(...Array<string>(8).fill('sink'), 'a/b?c', '', '[::1]:80', 'a:b');
const request = fc
  .tuple(line, host, fc.array(header, { maxLength: 3 }), framing, body)
  .map(([start, name, headers, length, data]) =>
    [start, `Host: ${name}`, 'ce-id: 0', ...headers, length, '', data].join('\r\n'),
  );
/** One to three requests, cut into up to three pieces, after which the client may end its side. */
const conversation = fc.tuple(
  fc.array(request, { minLength: 1, maxLength: 3 }).map((requests) => requests.join('')),
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 2 }),
  fc.boolean(),
);

const farewell = 'GET /healthz HTTP/1.1\r\nHost: sink\r\nConnection: close\r\n\r\n';

/** What a client sees that sends so, and then ends its side or says farewell; in the end, the server closes. */
async function told(front: Front, [text, cuts, ends]: readonly [string, readonly number[], boolean]) {
  const client = front.connect();
  const places = [0, ...cuts.map((cut) => Math.floor(cut * text.length)).sort((a, b) => a - b), text.length];
  for (const [index, from] of places.slice(0, -1).entries()) {
    client.send(Buffer.from(text.slice(from, places[index + 1]), 'latin1'));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (ends) client.socket.end();
  else client.send(farewell);
  await client.closed;
  return client.answers.map(({ status, headers }) => [
    ...[status, headers['reason'], headers['content-length'], headers['allow']],
    // Whether the end is known when an answer is written depends on how fast the two are.
    ends ? 'ended' : headers['connection'],
  ]);
}

/** Whether the client ended its side before the body of its last request had come. */
function isCutOff([text, , ends]: readonly [string, readonly number[], boolean]): boolean {
  const last = text.slice(text.lastIndexOf(' HTTP/1.'));
  const end = last.indexOf('\r\n\r\n');
  const lengths = [...last.slice(0, end).matchAll(/content-length: (\d+)/gi)].map(([, length]) =>
    Number(length),
  );
  return ends && last.length - end - 4 < Math.max(0, ...lengths);
}

type Answers = Awaited<ReturnType<typeof told>>;

/**
 * Node's server refuses some requests by their headers, before it is known that the body will never come. The lane looks at
 * whole requests only. Neither has acted upon the request.
 */
function isRefusedEarly(inPlain: Answers, byNode: Answers): boolean {
  return byNode.length === inPlain.length + 1 && Number(byNode.at(-1)?.[0]) >= 400;
}

test('whatever a client sends, it is told the same with and without the plain lane', async () => {
  // Long enough for a busy machine to read what has been sent.
  const limits = { headersTimeoutMs: 1_000, bodyTimeoutMs: 1_000, keepAliveTimeoutMs: 1_000 };
  await fc.assert(
    fc.asyncProperty(fc.array(conversation, { minLength: 150, maxLength: 150 }), async (conversations) => {
      const seen = fronts.map(async ([, openFront]) => {
        const front = await openFront(limits);
        open.push(front);
        const answers = conversations.map((conversation) => told(front, conversation));
        return { answers: await Promise.all(answers), stored: front.backend.stored.sort() };
      });
      const [node, plain] = await Promise.all(seen);
      for (const [index, conversation] of conversations.entries()) {
        const [text, cuts, ends] = conversation;
        const [inPlain, byNode] = [plain?.answers[index] ?? [], node?.answers[index] ?? []];
        const isEarly = isCutOff(conversation) && isRefusedEarly(inPlain, byNode);
        expect({ text, cuts, ends, answers: inPlain }).toEqual({
          ...{ text, cuts, ends, answers: isEarly ? byNode.slice(0, -1) : byNode },
        });
      }
      expect(plain?.stored).toEqual(node?.stored);
    }),
    { numRuns: 4, endOnFailure: true },
  );
}, 60_000);

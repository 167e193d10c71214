import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { identify } from './job-name.ts';
import { maxLocationLength, parseRunLocation, runLocation, type RunAddress } from './location.ts';

const run: RunAddress = { namespace: 'demo', name: 'logger', source: 'my/curl/command', id: '123' };

const base = 'http://job-sink.knative-eventing.svc.cluster.local/demo/logger';

/** What an HTTP client requests when it follows the location. */
function followed(location: string): string {
  const { pathname, search, hash } = new URL(location, base);
  return pathname + search + hash;
}

const nasty = fc.constantFrom(
  ...['.', '..', '...', '~', '~.', '~..', '~~.', '%2E', '%2e%2E', '.%2e', '%', '%%', '%zz', '%25', '%2F'],
  ...['/', '//', '/../', '/./', '\\', '\\..\\', '?', '#', '&', '=', '+', ' ', ';', ':', '@', "'", '"', '<'],
  ...[
    'ids',
    '/ids/',
    'sources',
    '/sources/x/ids/y',
    'é',
    'e\u0301',
    '日本',
    '🦊',
    '\u202e',
    '\ufeff',
    '\0',
    '\r\n',
  ],
);
const text = fc.oneof(
  nasty,
  fc.array(nasty, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.stringMatching(/^[~.]{1,5}$/),
);
const address = fc.record(
  {
    namespace: fc.stringMatching(/^[a-z0-9-]{1,10}$/),
    name: fc.stringMatching(/^[a-z0-9.-]{1,10}$/),
    source: text,
    id: text,
    errorDestination: fc.oneof(text, fc.constant('')),
  },
  { requiredKeys: ['namespace', 'name', 'source', 'id'] },
);

describe('the location of a run', () => {
  test('has the shape that Knative gives it', () => {
    expect(runLocation(run)).toBe('/namespaces/demo/name/logger/sources/my%2Fcurl%2Fcommand/ids/123');
  });

  test('names the destination that a dead-lettered event failed at', () => {
    expect(runLocation({ ...run, errorDestination: 'http://a/?b=c&d' })).toMatch(
      /\/ids\/123\?knativeerrordest=http%3A%2F%2Fa%2F%3Fb%3Dc%26d$/,
    );
    expect(runLocation({ ...run, errorDestination: '' })).toMatch(/\/ids\/123\?knativeerrordest=$/);
  });

  test.each([
    ['.', '~.'],
    ['..', '~..'],
    ['~.', '~~.'],
    ['~~..', '~~~..'],
    ['...', '...'],
    ['~', '~'],
    ['~a', '~a'],
    ['%2E', '%252E'],
    ['a/../b', 'a%2F..%2Fb'],
    ["it's (a) *!", 'it%27s%20%28a%29%20%2A%21'],
  ])('writes the id %p as %p', (id, escaped) => {
    expect(runLocation({ ...run, id })).toBe(
      `/namespaces/demo/name/logger/sources/my%2Fcurl%2Fcommand/ids/${escaped}`,
    );
  });

  test('round-trips for every source and id, through a URL parser too', () => {
    fc.assert(
      fc.property(address, (given) => {
        const location = runLocation(given) ?? '';
        expect(parseRunLocation(location)).toEqual(given);
        expect(followed(location)).toBe(location);
        expect(parseRunLocation(`http://job-sink:8080${location}`)).toEqual(given);
      }),
      { numRuns: 2_000 },
    );
  });

  test('holds nothing but unreserved characters and escapes, so no normaliser has anything to do', () => {
    fc.assert(
      fc.property(address, (given) => {
        expect(runLocation(given)).toMatch(
          /^(\/([\w.~-]|%[2-9A-F][0-9A-F]|%[01][0-9A-F])+)+(\?knativeerrordest=([\w.~-]|%[0-9A-F]{2})*)?$/,
        );
        expect(runLocation(given)?.split(/[/?]/)).not.toEqual(expect.arrayContaining(['.']));
        expect(runLocation(given)?.split(/[/?]/)).not.toEqual(expect.arrayContaining(['..']));
      }),
    );
  });

  test('differs for different runs', () => {
    fc.assert(
      fc.property(address, address, (one, other) => {
        const same = ['namespace', 'name', 'source', 'id', 'errorDestination'] as const;
        const isSame = same.every((key) => one[key] === other[key]);
        expect(runLocation(one) === runLocation(other)).toBe(isSame);
      }),
    );
  });

  test('leads to the same Job as the event for a surrogate without partner, which UTF-8 cannot hold', () => {
    const source = 'a\ud800';
    const found = parseRunLocation(runLocation({ ...run, source }) ?? '');
    expect(identify('logger', { jobSinkUid: 'u', id: '1', source: found?.source ?? '' })).toEqual(
      identify('logger', { jobSinkUid: 'u', id: '1', source }),
    );
  });

  test('is left out where a client would give up on so long a header', () => {
    const room = maxLocationLength - (runLocation({ ...run, id: 'x' })?.length ?? 0) + 1;
    expect(runLocation({ ...run, id: 'x'.repeat(room) })).toHaveLength(maxLocationLength);
    expect(runLocation({ ...run, id: 'x'.repeat(room + 1) })).toBeUndefined();
  });
});

describe('a request target', () => {
  const path = '/namespaces/demo/name/logger/sources/a/ids/1';

  test.each([
    ['with a slash at the end', `${path}/`, {}],
    ['with parameters of somebody else', `${path}?utm=1&x`, {}],
    ['with the destination among them', `${path}?x=%zz&knativeerrordest=b`, { errorDestination: 'b' }],
    ['as a form library writes it', `${path}?knativeerrordest=a+b%2Bc`, { errorDestination: 'a b+c' }],
    ['with characters that need no escape', path.replace('ids/1', "ids/it's:1@b"), { id: "it's:1@b" }],
    ['with small letters in escapes', path.replace('ids/1', 'ids/%c3%a9'), { id: 'é' }],
  ])('%s is read', (_what, target, change) => {
    expect(parseRunLocation(target)).toEqual({
      namespace: 'demo',
      name: 'logger',
      source: 'a',
      id: '1',
      ...change,
    });
  });

  test.each([
    ['another first word', path.replace('/namespaces/', '/namespace/')],
    ['another second word', path.replace('/name/', '/names/')],
    ['another third word', path.replace('/sources/', '/source/')],
    ['another fourth word', path.replace('/ids/', '/id/')],
    ['words in capitals', path.toUpperCase()],
    ['an escaped word', path.replace('/ids/', '/%69ds/')],
    ['an empty source', path.replace('sources/a', 'sources/')],
    ['an empty id', '/namespaces/demo/name/logger/sources/a/ids/'],
    ['a part too many', `${path}/2`],
    ['a slash too many', `/${path}`],
    ['a part too few', '/namespaces/demo/name/logger/sources/a/ids'],
    ['a broken escape', path.replace('ids/1', 'ids/%zz')],
    ['an escape that is no UTF-8', path.replace('ids/1', 'ids/%ff')],
    ['a broken escape in the destination', `${path}?knativeerrordest=%`],
    ['nothing', ''],
    ['a sink’s path', '/demo/logger'],
  ])('with %s is none', (_what, target) => {
    expect(parseRunLocation(target)).toBeUndefined();
  });
});

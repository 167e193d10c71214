import { describe, expect, test } from '@jest/globals';
import { binaryHeaders, decodeJson, structuredBody } from '../test/events.ts';
import {
  decodeHttp,
  encodeKafkaRecord,
  readTraceContext,
  withTraceContext,
  type TraceContext,
} from './index.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const other = '00-11111111111111111111111111111111-2222222222222222-00';

describe('the trace context of a request', () => {
  test.each<[string, string[], TraceContext | undefined]>([
    ['is read in any case', ['TraceParent', traceparent], { traceparent }],
    [
      'has the states of all headers in their order',
      ['tracestate', 'a=1', 'traceparent', traceparent, 'tracestate', 'b=2'],
      { traceparent, tracestate: 'a=1,b=2' },
    ],
    [
      'does without a state that is too long',
      ['traceparent', traceparent, 'tracestate', 'x'.repeat(513)],
      { traceparent },
    ],
    [
      'does without a state that is not ASCII',
      ['traceparent', traceparent, 'tracestate', 'ü=1'],
      { traceparent },
    ],
    ['is absent without a parent', ['tracestate', 'a=1'], undefined],
    ['is absent with two parents', ['traceparent', traceparent, 'traceparent', other], undefined],
    [
      'is absent when the trace is zero',
      ['traceparent', traceparent.replace(/-[^-]{32}-/, `-${'0'.repeat(32)}-`)],
      undefined,
    ],
    [
      'is absent when the parent is zero',
      ['traceparent', traceparent.replace(/-[^-]{16}-/, `-${'0'.repeat(16)}-`)],
      undefined,
    ],
    ['is absent in the forbidden version', ['traceparent', traceparent.replace(/^00/, 'ff')], undefined],
    ['is absent in upper case', ['traceparent', traceparent.toUpperCase()], undefined],
    ['is absent with anything after it', ['traceparent', `${traceparent}-x`], undefined],
  ])('%s', (_name, headers, context) => {
    expect(readTraceContext(headers)).toEqual(context);
  });
});

describe('the trace headers of a record', () => {
  const traceOf = (...args: Parameters<typeof encodeKafkaRecord>) =>
    encodeKafkaRecord(...args)
      .headers.filter(([name]) => name.includes('trace'))
      .map(([name, value]) => `${name}=${value}`);
  const extended = { traceparent: other, tracestate: 'e=1' };
  const inStructured = decodeJson(structuredBody(extended));
  const inBinary = decodeHttp(
    binaryHeaders({ 'ce-traceparent': extended.traceparent, 'ce-tracestate': extended.tracestate }),
    Buffer.alloc(0),
  );

  test('are those of the request, and the extension stays what it is', () => {
    const request = { traceparent, tracestate: 'r=1' };
    const fromRequest = [`traceparent=${traceparent}`, 'tracestate=r=1'];
    const kept = [`ce_traceparent=${other}`, 'ce_tracestate=e=1'];
    expect(traceOf(inBinary, 'binary', request)).toEqual([...kept, ...fromRequest]);
    expect(traceOf(inStructured, 'structured', request)).toEqual(fromRequest);
  });

  test('are those of the extension when the request has none', () => {
    const fromEvent = [`traceparent=${other}`, 'tracestate=e=1'];
    expect(traceOf(inStructured, 'structured')).toEqual(fromEvent);
    expect(traceOf(inBinary, 'binary').slice(-2)).toEqual(fromEvent);
  });

  test('are not made up', () => {
    expect(traceOf(decodeJson(structuredBody()), 'binary')).toEqual([]);
    expect(traceOf(decodeJson(structuredBody({ traceparent: 'x' })), 'structured')).toEqual([]);
  });
});

describe('the extension of an event', () => {
  const bare = decodeHttp(binaryHeaders({}), Buffer.alloc(0));

  test('is filled where it is not there', () => {
    const filled = withTraceContext(bare, { traceparent, tracestate: 'a=1' });
    expect(Object.fromEntries(filled.extensions)).toEqual({ traceparent, tracestate: 'a=1' });
    expect([...bare.extensions]).toEqual([]);
  });

  test('is left alone where it is', () => {
    const own = decodeHttp(binaryHeaders({ 'ce-traceparent': other }), Buffer.alloc(0));
    expect(withTraceContext(own, { traceparent, tracestate: 'a=1' })).toBe(own);
  });

  test('is left alone where it is a state without a parent', () => {
    const stray = decodeHttp(binaryHeaders({ 'ce-tracestate': 'x=1' }), Buffer.alloc(0));
    expect(withTraceContext(stray, { traceparent, tracestate: 'a=1' })).toBe(stray);
    expect(withTraceContext(bare, undefined)).toBe(bare);
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { identify } from './job-name.ts';

const base = { jobSinkUid: 'uid-1', source: '/device/1', id: '12' };
const nameOf = (change: object, sink = 'logger'): string => identify(sink, { ...base, ...change }).jobName;

describe('the name of an event’s Job', () => {
  test('is the same for the same event', () => {
    expect(nameOf({})).toBe(nameOf({}));
  });

  test.each([
    ['another id', { id: '13' }],
    ['another source', { source: '/device/2' }],
    ['a JobSink that was made again under its name', { jobSinkUid: 'uid-2' }],
    ['a dead-lettered copy of the event', { errorDestination: 'http://a' }],
    ['a dead-lettered copy from nowhere', { errorDestination: '' }],
    ['a character moved from id to source', { source: '/device/11', id: '2' }],
  ])('differs for %s', (_what, change) => {
    expect(nameOf(change)).not.toBe(nameOf({}));
  });

  test('differs for the same event that failed at two destinations', () => {
    expect(nameOf({ errorDestination: 'http://a' })).not.toBe(nameOf({ errorDestination: 'http://b' }));
  });

  test('is a DNS label with room for the index of an Indexed Job, whatever the sink is called', () => {
    const sinkName = fc
      .stringMatching(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/)
      .filter((name) => !/\.\.|-\.|\.-/.test(name));
    fc.assert(
      fc.property(sinkName, fc.string(), fc.string(), (sink, source, id) => {
        const { jobName, digest } = identify(sink, { jobSinkUid: 'u', source, id });
        expect(jobName).toMatch(/^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])$/);
        expect(digest).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });

  test('never collides when separators wander between the parts', () => {
    const parts = ['', 'a', 'b', 'ab', 'a|b', '|', 'a\0b', '\0', 'a/b', '/'];
    const names = new Set<string>();
    for (const source of parts) {
      for (const id of parts) {
        for (const errorDestination of [undefined, ...parts])
          names.add(nameOf({ source, id, errorDestination }));
      }
    }
    expect(names.size).toBe(parts.length * parts.length * (parts.length + 1));
  });
});

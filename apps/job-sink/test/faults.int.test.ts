import { beforeAll, describe, expect, test } from '@jest/globals';
import { runFaultSuite } from '@event-sinks/testing';

/** What the command prints for one scenario; see docs/reliability.md. */
interface Scenario {
  readonly scenario: string;
  readonly events: number;
  readonly faults: number;
  readonly problems: readonly string[];
  readonly details: Readonly<Record<string, number | string>>;
}

const unbroken = {
  ...{ ackedButLost: 0, jobsWithoutSecret: 0, eventsWithTwoJobs: 0 },
  ...{ resets: 0, non2xx: 0, serverErrors: 0, problems: [] },
};

let scenarios: ReadonlyMap<string, Scenario>;

beforeAll(async () => {
  scenarios = await runFaultSuite<Scenario>('jobsink');
}, 900_000);

describe('no acknowledged event is lost and none makes two Jobs', () => {
  test('when a dispatcher is killed, ended or stopped at any await on the way of an event', () => {
    expect(scenarios.get('crash-points')).toMatchObject({ ...unbroken, faults: 69, details: { points: 23 } });
  });

  test('when the API server fails in any way; what it spoilt works again within 10 s', () => {
    const found = scenarios.get('api-faults');
    expect(found).toMatchObject(unbroken);
    expect(found?.faults).toBeGreaterThan(50);
  });

  test('when 20 copies come at once on two dispatchers; each is answered 202', () => {
    expect(scenarios.get('copies')).toMatchObject({ ...unbroken, details: { jobs: 50, accepted: 1_000 } });
  });

  test('when dispatchers are replaced under load; no connection breaks and every answer is 202', () => {
    const found = scenarios.get('rolling');
    expect(found).toMatchObject({ ...unbroken, details: { restarts: 10 } });
    expect(found?.events).toBeGreaterThan(500);
  });

  test('when Jobs are deleted in every way between and during deliveries; each new Job has its own data', () => {
    const found = scenarios.get('deletes');
    expect(found).toMatchObject({ ...unbroken, details: { ways: 4, otherData: 0 } });
    expect(found?.faults).toBeGreaterThan(60);
  });
});

test('50,000 pairs of source and id that are easily mistaken have 50,000 names', () => {
  expect(scenarios.get('identities')).toMatchObject({ ...unbroken, details: { pairs: 50_000 } });
});

test('1,500 requests that are wrong are refused, none by a 5xx, and what is refused writes nothing', () => {
  expect(scenarios.get('bad-inputs')).toMatchObject({ ...unbroken, details: { requests: 1_500 } });
});

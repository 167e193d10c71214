import { beforeAll, describe, expect, test } from '@jest/globals';
import { runFaultSuite } from '@event-sinks/testing';

/** What the command prints for one scenario; see docs/reliability.md. */
interface Scenario {
  readonly scenario: string;
  readonly events: number;
  readonly faults: number;
  readonly slowestAnswerMs: number;
  readonly problems: readonly string[];
  readonly details: Readonly<Record<string, number | string>>;
}

const unbroken = { ackedButLost: 0, duplicates: 0, inversions: 0, refusedWithoutReason: 0, problems: [] };

let scenarios: ReadonlyMap<string, Scenario>;

beforeAll(async () => {
  scenarios = await runFaultSuite<Scenario>('kafkasink');
}, 900_000);

describe('what was acknowledged is in the topic, once for each attempt, and in the order of its key', () => {
  test('when the leader is killed, frozen or cut off, its answers are lost, or too few replicas are in sync', () => {
    expect(scenarios.get('brokers')).toMatchObject({ ...unbroken, faults: 5 });
  });

  test('when the producer is killed and told to end', () => {
    expect(scenarios.get('process')).toMatchObject({ ...unbroken, faults: 4 });
  });

  test('when the topic is deleted and made again', () => {
    expect(scenarios.get('topic-deleted')).toMatchObject({ ...unbroken, faults: 1 });
  });

  test('when records are too large for the topic and a quota slows all of them down', () => {
    expect(scenarios.get('limits')).toMatchObject(unbroken);
  });

  test('when a right is revoked, a password rotated in either order, and a certificate runs out', () => {
    expect(scenarios.get('credentials')).toMatchObject({ ...unbroken, faults: 4 });
  });

  test('at full speed', () => {
    expect(scenarios.get('volume')).toMatchObject(unbroken);
    expect(scenarios.get('volume')?.events).toBeGreaterThan(5_000);
  });
});

test('no event is refused while spec and Secret change under load', () => {
  expect(scenarios.get('changes')).toMatchObject({ ...unbroken, details: { refusals: 'none' } });
});

test('clusters that refuse or never answer do not slow another one’s events down', () => {
  expect(scenarios.get('dead-cluster')).toMatchObject(unbroken);
});

test('healthy partitions do not wait for those that are slow or have no leader', () => {
  expect(scenarios.get('slow-partitions')).toMatchObject({ ...unbroken, faults: 2 });
});

test('a hostile namespace costs a healthy one no event', () => {
  expect(scenarios.get('tenants')).toMatchObject({ ...unbroken, faults: 1, details: { refusals: 'none' } });
});

test('a hundred sinks are served by one process', () => {
  expect(scenarios.get('many-sinks')).toMatchObject({ ...unbroken, details: { sinks: 100 } });
});

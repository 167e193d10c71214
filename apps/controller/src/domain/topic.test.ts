import { expect, test } from '@jest/globals';
import type { KafkaSinkSpec } from '@event-sinks/crds';
import { brokerTrouble, problemTrouble, type BrokerTrouble } from './broker-trouble.ts';
import { shapeFinding } from './topic.ts';

const spec: KafkaSinkSpec = {
  ...{ topic: 'orders', bootstrapServers: ['kafka:9092'] },
  ...{ contentMode: 'binary', topicDeletionPolicy: 'Delete' },
};
const shape = { partitions: 3, replicationFactor: 1 };
const unreachable = problemTrouble({ about: 'connection', failure: 'TimedOut', origin: 'advertised' });
const leaderless = problemTrouble({ about: 'leaders', partitions: 2 });

test.each<[string, BrokerTrouble | undefined, object]>([
  ['usable', undefined, { status: 'True' }],
  [
    'behind an address that is not reached',
    unreachable,
    { status: 'False', reason: 'AdvertisedAddressUnreachable' },
  ],
  ['without some leaders', leaderless, { status: 'False', reason: 'PartitionWithoutLeader' }],
  [
    'behind an address that is not allowed',
    brokerTrouble('AdvertisedAddressNotAllowed'),
    { status: 'False', reason: 'AdvertisedAddressNotAllowed' },
  ],
  [
    'behind a certificate for another name, which CredentialsReady tells',
    brokerTrouble('BrokerNameMismatch'),
    { status: 'Unknown', reason: 'CredentialsNotReady' },
  ],
])('a topic that is there and %s', (_, trouble, expected) => {
  expect(shapeFinding(spec, { ...shape, ...(trouble && { trouble }) })).toMatchObject(expected);
});

test('a topic of another shape is told before its leaders are', () => {
  const wanted = { ...spec, numPartitions: 4, replicationFactor: 1 };
  const finding = shapeFinding(wanted, { ...shape, trouble: leaderless });
  expect(finding.reason).toBe('PartitionCountDiffers');
});

import { createAddressGuard, createProducer } from '@event-sinks/kafka';
import { loopbackAddresses, recordingLogger } from '@event-sinks/testing';
import { timeOperations } from '../measure.ts';
import { answerWith } from './asked-program.ts';
import type { Measured, Target } from './ceiling.ts';

/** What to send without HTTP and without a batch: one record after another, each awaited. */
export interface LoneSends extends Target {
  readonly records: number;
}

/** So many sends come first, for the connection and for V8. */
const warmUp = 2_000;
const value = Buffer.alloc(1_024, 'x');

answerWith(run);

async function run({ bootstrap, topic, records }: LoneSends): Promise<Measured> {
  const addressGuard = createAddressGuard({ allowed: loopbackAddresses });
  const connection = { bootstrapServers: [bootstrap], clientId: 'lone', addressGuard };
  const producer = createProducer({ connection, logger: recordingLogger() });
  const send = (index: number): Promise<void> =>
    producer.send({ topic, key: Buffer.from(`key-${index}`), value, headers: [] });
  await timeOperations(warmUp, 1, send);
  const before = process.cpuUsage();
  const timing = await timeOperations(records, 1, send);
  const { user, system } = process.cpuUsage(before);
  await producer.close();
  return {
    ...timing,
    cpuMicrosPerEvent: (user + system) / records,
    rssMiB: process.memoryUsage.rss() / 1024 ** 2,
  };
}

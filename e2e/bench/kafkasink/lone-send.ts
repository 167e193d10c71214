import { createProducer, type KafkaDriver } from '@event-sinks/kafka';
import { recordingLogger } from '@event-sinks/testing';
import { timeOperations } from '../measure.ts';
import type { Measured } from './ceiling.ts';

/** What to send without HTTP and without a batch: one record after another, each awaited. */
export interface LoneSends {
  readonly driver: KafkaDriver;
  readonly bootstrap: string;
  readonly topic: string;
  readonly records: number;
}

/** So many sends come first, for the connection and for V8. */
const warmUp = 2_000;
const value = Buffer.alloc(1_024, 'x');

process.on('message', (what: LoneSends) => {
  run(what).then(
    (measured) => process.send?.(measured),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function run({ driver, bootstrap, topic, records }: LoneSends): Promise<Measured> {
  const connection = { bootstrapServers: [bootstrap], clientId: 'lone' };
  const producer = createProducer({ driver, connection, logger: recordingLogger() });
  const send = async (index: number): Promise<void> => {
    const [result] = await producer.send([{ topic, key: Buffer.from(`key-${index}`), value, headers: [] }]);
    if (result?.ok !== true) throw new Error('a record was not stored', { cause: result?.error });
  };
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

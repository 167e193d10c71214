import type { ConsoleRecord } from '../kafka/index.ts';
import { postEvent, type PostedEvent } from './post-event.ts';
import type { TourContext } from './tour.ts';

/** The topic of the sample sink. */
export const topic = 'knative-demo-topic';

const event: PostedEvent = {
  pod: 'curl-kafka',
  headers: [
    'content-type: application/json',
    'ce-specversion: 1.0',
    'ce-source: my/curl/command',
    'ce-type: my.demo.event',
    'ce-id: 123',
    'ce-partitionkey: customer-7',
  ],
  data: '{"details":"KafkaSinkDemo"}',
  url: 'http://kafka-sink-ingress.knative-eventing.svc.cluster.local/default/kafka-sink',
};

/** One event becomes a record; Kafka's own console consumer shows it. */
export async function kafkaTour(context: TourContext): Promise<void> {
  const { progress } = context;
  // Each post makes a record of its own, so a tour that is given again would fill the topic with copies.
  const earlier = await progress.step('Looking into the topic for an earlier tour’s record', () =>
    find(context),
  );
  if (earlier === undefined) {
    await progress.step('Posting an event to the KafkaSink from a pod', () => postEvent(context, event));
  }
  const record =
    earlier ?? (await progress.step('Reading it back with Kafka’s console consumer', () => find(context)));
  if (record === undefined) throw new Error(`The topic ${topic} does not have the event.`);
  progress.note(describe(record));
  if (record.value?.toString() !== event.data) throw new Error(`The record's value is not ${event.data}`);
}

/** Nobody's topic is read to its end for a greeting. */
const mostRead = 1_000;

async function find({ cluster }: TourContext): Promise<ConsoleRecord | undefined> {
  const count = Math.min(await cluster.countRecords(topic), mostRead);
  if (count === 0) return undefined;
  const records = await cluster.consume(topic, count);
  return records.find(({ headers }) =>
    headers.some(([name, value]) => name === 'ce_id' && value.toString() === '123'),
  );
}

function describe({ partition, offset, key, headers, value }: ConsoleRecord): string {
  const lines = headers.map(([name, text]) => `  ${name}: ${text.toString()}`);
  return [
    `Record in ${topic}, partition ${partition}, offset ${offset}`,
    `key      ${key?.toString() ?? '(none)'}`,
    ...['headers', ...lines],
    `value    ${value?.toString() ?? '(none)'}`,
  ].join('\n');
}

import { SinkError } from '@event-sinks/errors';
import type { Logger } from '@event-sinks/runtime';
import { withTokens, type ConnectionOptions } from './connection.ts';
import { defaultProducerLimits, type ProducerLimits } from './producer-limits.ts';
import type { KafkaProducer, SendResult, TopicRecord } from './records.ts';
import { openSession, type ProducerSession } from './session.ts';
import { TopicLane } from './topic-lane.ts';

/** What {@link createKafkaJsProducer} takes. */
export interface KafkaJsProducerOptions {
  readonly connection: ConnectionOptions;
  readonly limits?: Partial<ProducerLimits>;
  readonly logger: Logger;
  /** For tests of what happens around a session. */
  readonly openSession?: (topic: string) => ProducerSession;
}

/**
 * A producer on kafkajs: acks from all in-sync replicas, idempotent, Java's partitions for keys. It connects with
 * the first record of a topic, and topics never wait for each other. Sends to one topic go one at a time, so
 * gather records with `microBatcher`, one for each topic.
 */
export function createKafkaJsProducer(options: KafkaJsProducerOptions): KafkaProducer {
  const { logger } = options;
  const limits: ProducerLimits = { ...defaultProducerLimits, ...options.limits };
  const connection = withTokens(options.connection, limits);
  const open = options.openSession ?? ((topic) => openSession({ connection, limits, topic, logger }));
  const lanes = new Map<string, TopicLane>();
  let isClosed = false;

  const laneOf = (topic: string): TopicLane => {
    const existing = lanes.get(topic);
    if (existing !== undefined) return existing;
    const onIdle = (): void => void lanes.delete(topic);
    const lane = new TopicLane({ topic, limits, logger, openSession: open, onIdle });
    lanes.set(topic, lane);
    return lane;
  };

  return {
    async send(batch) {
      if (isClosed) return batch.map(() => failure('the producer is closed'));
      const results: SendResult[] = [];
      const sends = [...indexesByTopic(batch)].map(async ([topic, indexes]) => {
        const records = indexes.map((index) => batch[index]).filter((record) => record !== undefined);
        const ofTopic = await laneOf(topic).send(records);
        for (const [at, index] of indexes.entries()) results[index] = ofTopic[at] ?? failure('no result');
      });
      await Promise.all(sends);
      return results;
    },
    // Its sessions are opened anew with each batch.
    retryLogin: () => undefined,
    async close() {
      isClosed = true;
      await Promise.all([...lanes.values()].map((lane) => lane.close()));
      lanes.clear();
    },
  };
}

function indexesByTopic(batch: readonly TopicRecord[]): ReadonlyMap<string, number[]> {
  const byTopic = new Map<string, number[]>();
  for (const [index, { topic }] of batch.entries()) {
    const indexes = byTopic.get(topic);
    if (indexes === undefined) byTopic.set(topic, [index]);
    else indexes.push(index);
  }
  return byTopic;
}

function failure(detail: string): SendResult {
  return { ok: false, error: new SinkError('KafkaUnavailable', { detail }) };
}

import { toSinkError, type ErrorCode } from '@event-sinks/errors';
import type { KafkaProducer, TopicRecord } from '../src/index.ts';

/** What became of a record: `ok` when it is stored, or the code of the error. */
export type Outcome = 'ok' | ErrorCode;

/** Sends records in one go, as a request in batch mode does, and waits for what becomes of each. */
export function sendAll(
  producer: Pick<KafkaProducer, 'send'>,
  records: readonly TopicRecord[],
): Promise<Outcome[]> {
  return Promise.all(
    records.map((record) =>
      producer.send(record).then(
        () => 'ok' as const,
        (error: unknown) => toSinkError(error).code,
      ),
    ),
  );
}

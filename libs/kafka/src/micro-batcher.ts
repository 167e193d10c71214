import { SinkError, toSinkError } from '@event-sinks/errors';
import { recordBytes, type SendResult, type TopicRecord } from './records.ts';

/** What {@link microBatcher} takes. Every limit counts records that wait, not those being sent. */
export interface MicroBatcherOptions {
  readonly send: (batch: readonly TopicRecord[]) => Promise<readonly SendResult[]>;
  /** Records in one send, at most. */
  readonly maxBatchRecords: number;
  /** Bytes in one send, at most; a single record may be larger and then goes alone. */
  readonly maxBatchBytes: number;
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
}

/** Gathers records into batches; one batch is in flight at a time. */
export interface MicroBatcher {
  /**
   * What became of the record; `Overloaded` at once when the queue is full. Never rejects. A record that still waits
   * when `deadline` aborts is not sent any more: its sender has been told to try again.
   */
  add(record: TopicRecord, deadline?: AbortSignal): Promise<SendResult>;
  /** Records and bytes that wait, for metrics. */
  queued(): { readonly records: number; readonly bytes: number };
}

interface Waiting {
  readonly record: TopicRecord;
  readonly bytes: number;
  readonly deadline: AbortSignal | undefined;
  readonly settle: (result: SendResult) => void;
}

/**
 * Sends at once when idle; what comes while a batch is in flight waits and is the next batch. Batches so grow
 * with the load and nothing waits for company. The order of adding is the order of sending.
 */
export function microBatcher(options: MicroBatcherOptions): MicroBatcher {
  const queue: Waiting[] = [];
  let queuedBytes = 0;
  let sending = false;

  const takeBatch = (): Waiting[] => {
    const size = batchSize(queue, options);
    const batch = queue.splice(0, size);
    for (const waiting of batch) queuedBytes -= waiting.bytes;
    return batch;
  };

  const pump = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = takeBatch().filter(isInTime);
      if (batch.length > 0) await sendBatch(options.send, batch);
    }
    sending = false;
  };

  const start = (): void => {
    if (sending) return;
    sending = true;
    // A turn later, so that what is added in one go is one batch.
    queueMicrotask(() => void pump());
  };

  const isFull = (bytes: number): boolean =>
    queue.length >= options.maxQueued || (queue.length > 0 && queuedBytes + bytes > options.maxQueuedBytes);

  return {
    add(record, deadline) {
      const bytes = recordBytes(record);
      if (isFull(bytes)) return Promise.resolve({ ok: false, error: new SinkError('Overloaded') });
      return new Promise((settle) => {
        queue.push({ record, bytes, deadline, settle });
        queuedBytes += bytes;
        start();
      });
    },
    queued: () => ({ records: queue.length, bytes: queuedBytes }),
  };
}

/** Settles what came too late and leaves the rest. */
function isInTime({ deadline, settle }: Waiting): boolean {
  if (deadline?.aborted !== true) return true;
  settle({ ok: false, error: new SinkError('DeadlineExceeded') });
  return false;
}

function batchSize(
  queue: readonly Waiting[],
  { maxBatchRecords, maxBatchBytes }: MicroBatcherOptions,
): number {
  let bytes = 0;
  let size = 0;
  for (const waiting of queue) {
    bytes += waiting.bytes;
    if (size > 0 && (size >= maxBatchRecords || bytes > maxBatchBytes)) break;
    size += 1;
  }
  return size;
}

async function sendBatch(send: MicroBatcherOptions['send'], batch: readonly Waiting[]): Promise<void> {
  const results = await sendSafely(
    send,
    batch.map(({ record }) => record),
  );
  for (const [index, { settle }] of batch.entries()) {
    settle(
      results[index] ?? {
        ok: false,
        error: new SinkError('InternalError', { detail: 'no result for a record' }),
      },
    );
  }
}

async function sendSafely(
  send: MicroBatcherOptions['send'],
  batch: readonly TopicRecord[],
): Promise<readonly SendResult[]> {
  try {
    return await send(batch);
  } catch (error) {
    return batch.map(() => ({ ok: false, error: toSinkError(error) }));
  }
}

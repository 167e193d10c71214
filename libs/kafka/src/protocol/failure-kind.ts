import { protocolErrors } from '@platformatic/kafka';
import { BrokerError } from './broker-error.ts';
import { kafkaSinkError } from './error-mapping.ts';

/** What the sender of a batch does after a failure. */
export type FailureKind =
  /** What the records are is refused, so surely nothing was appended; another batch can be taken. */
  | 'content'
  /** The broker knows other sequence numbers than the batch has; it was not appended by this attempt. */
  | 'sequence'
  /** The same batch may succeed later. */
  | 'passing'
  | 'final';

const contentRefusals = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
]);

const sequenceRefusals = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'DUPLICATE_SEQUENCE_NUMBER',
]);

/** Whether the broker has stored the batch before, so long ago that it does not know where any more. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof BrokerError && error.type === 'DUPLICATE_SEQUENCE_NUMBER';
}

/** Sorts a failure of a produce request, or of one of its partitions. */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof BrokerError) {
    if (contentRefusals.has(error.type)) return 'content';
    if (sequenceRefusals.has(error.type)) return 'sequence';
    return protocolErrors[error.type]?.canRetry === true ? 'passing' : 'final';
  }
  // Lost connections and silence pass; refused credentials and mistakes of ours do not.
  return kafkaSinkError(error).code === 'KafkaUnavailable' ? 'passing' : 'final';
}

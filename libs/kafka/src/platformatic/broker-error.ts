import { protocolErrors, protocolErrorsCodesById } from '@platformatic/kafka';
import { kafkaSinkError } from '../error-mapping.ts';

/** A refusal by a broker, under Kafka's own name for it. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly type: string;

  constructor(type: string) {
    super(protocolErrors[type]?.message ?? type);
    this.type = type;
  }
}

/** The error behind a code of the protocol; undefined for 0, which is none. */
export function brokerError(code: number): BrokerError | undefined {
  return code === 0 ? undefined : new BrokerError(protocolErrorsCodesById[code] ?? `UNKNOWN_CODE_${code}`);
}

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
]);

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

import { SinkError, type ErrorCode } from '@event-sinks/errors';
import { BrokerError } from './broker-error.ts';
import { tlsErrorCode } from './tls-errors.ts';

/** Kafka's own names of errors (https://kafka.apache.org/protocol#protocol_error_codes) and what they mean here. */
const codeByType: Readonly<Record<string, ErrorCode>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'TopicNotFound',
  UNKNOWN_TOPIC_ID: 'TopicNotFound',
  INVALID_TOPIC_EXCEPTION: 'TopicNotFound',
  NOT_ENOUGH_REPLICAS: 'NotEnoughReplicas',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'NotEnoughReplicas',
  MESSAGE_TOO_LARGE: 'EventTooLarge',
  RECORD_LIST_TOO_LARGE: 'EventTooLarge',
  INVALID_RECORD: 'InvalidData',
  INVALID_TIMESTAMP: 'InvalidData',
  SASL_AUTHENTICATION_FAILED: 'CredentialsRefused',
  UNSUPPORTED_SASL_MECHANISM: 'SaslMechanismNotEnabled',
  // A listener without SASL answers so to the first message of a login.
  ILLEGAL_SASL_STATE: 'SaslNotEnabled',
  THROTTLING_QUOTA_EXCEEDED: 'BackendThrottled',
};

const bugs = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);

/** A chain of causes can be a ring by mistake. */
const maxErrors = 20;

/**
 * What an error of the Kafka client means for the event: the first error with a known meaning among it, its
 * causes and its parts; `KafkaUnavailable` for every other failure of client or network; `InternalError` for a
 * programming mistake.
 */
export function kafkaSinkError(error: unknown): SinkError {
  const chain = allErrors(error);
  const own = chain.find((each): each is SinkError => each instanceof SinkError);
  if (own !== undefined) return own;
  for (const each of chain) {
    const code = knownCode(each);
    if (code !== undefined) return new SinkError(code, { detail: each.message, cause: error });
  }
  const isBug = chain.length === 0 || chain.some(({ name }) => bugs.has(name));
  const detail = chain[0]?.message ?? String(error);
  return new SinkError(isBug ? 'InternalError' : 'KafkaUnavailable', { detail, cause: error });
}

function knownCode(error: Error): ErrorCode | undefined {
  if (!(error instanceof BrokerError)) return tlsErrorCode(error);
  return error.type.endsWith('_AUTHORIZATION_FAILED') ? 'PermissionDenied' : codeByType[error.type];
}

/** The error, its causes and its parts, nearest first. */
export function allErrors(error: unknown): Error[] {
  const found = new Set<Error>();
  let next: unknown[] = [error];
  while (next.length > 0 && found.size < maxErrors) {
    const errors = next.filter((each): each is Error => isError(each) && !found.has(each));
    for (const each of errors) found.add(each);
    next = errors.flatMap(within);
  }
  return [...found];
}

/** By its form: an error that Node itself makes is not an instance of the Error of a context that tests run in. */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
}

function within(error: Error): unknown[] {
  const parts = 'errors' in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : [];
  return [error.cause, ...parts];
}

import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { SinkError, type ErrorCode } from '@event-sinks/errors';
import {
  KafkaJSAggregateError,
  KafkaJSConnectionError,
  KafkaJSError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  KafkaJSRequestTimeoutError,
} from 'kafkajs';
import { brokerErrorType, kafkaSinkError } from './error-mapping.ts';

interface ErrorTable {
  readonly errorCodes: readonly { readonly type: string; readonly code: number }[];
  createErrorFromCode(code: number): Error;
}
const kafkajsTable = createRequire(import.meta.url)('kafkajs/src/protocol/error.js') as ErrorTable;

/** As a broker's answer becomes an error in kafkajs. */
const protocol = (type: string): Error => {
  const known = kafkajsTable.errorCodes.find((each) => each.type === type);
  if (known === undefined) throw new Error(`kafkajs does not know ${type}`);
  return kafkajsTable.createErrorFromCode(known.code);
};
const retried = (error: Error): Error =>
  new KafkaJSNumberOfRetriesExceeded(error, { retryCount: 4, retryTime: 1 });

describe('what a broker answers', () => {
  const table: Record<string, ErrorCode> = {
    UNKNOWN_TOPIC_OR_PARTITION: 'TopicNotFound',
    INVALID_TOPIC_EXCEPTION: 'TopicNotFound',
    NOT_ENOUGH_REPLICAS: 'NotEnoughReplicas',
    NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'NotEnoughReplicas',
    MESSAGE_TOO_LARGE: 'EventTooLarge',
    RECORD_LIST_TOO_LARGE: 'EventTooLarge',
    TOPIC_AUTHORIZATION_FAILED: 'PermissionDenied',
    CLUSTER_AUTHORIZATION_FAILED: 'PermissionDenied',
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'PermissionDenied',
    SASL_AUTHENTICATION_FAILED: 'CredentialsRefused',
    UNSUPPORTED_SASL_MECHANISM: 'SaslMechanismNotEnabled',
    ILLEGAL_SASL_STATE: 'SaslNotEnabled',
    INVALID_RECORD: 'InvalidData',
    INVALID_TIMESTAMP: 'InvalidData',
    REQUEST_TIMED_OUT: 'KafkaUnavailable',
    LEADER_NOT_AVAILABLE: 'KafkaUnavailable',
    NOT_LEADER_FOR_PARTITION: 'KafkaUnavailable',
    OUT_OF_ORDER_SEQUENCE_NUMBER: 'KafkaUnavailable',
    UNKNOWN_PRODUCER_ID: 'KafkaUnavailable',
    KAFKA_STORAGE_ERROR: 'KafkaUnavailable',
    UNKNOWN: 'KafkaUnavailable',
  };

  test.each(Object.entries(table))('%s is %s, also behind retries', (type, code) => {
    expect(kafkaSinkError(protocol(type))).toMatchObject({ code });
    expect(kafkaSinkError(retried(protocol(type)))).toMatchObject({ code });
    expect(brokerErrorType(retried(protocol(type)))).toBe(type);
  });

  test('a quota, which kafkajs knows as a number only, is BackendThrottled', () => {
    expect(kafkaSinkError(kafkajsTable.createErrorFromCode(89)).code).toBe('BackendThrottled');
    expect(
      kafkaSinkError(new KafkaJSProtocolError({ type: 'THROTTLING_QUOTA_EXCEEDED' } as never)).code,
    ).toBe('BackendThrottled');
  });
});

describe('what goes wrong on the way', () => {
  const sentences: Record<string, [error: unknown, code: ErrorCode]> = {
    'a refused connection': [
      new KafkaJSConnectionError('Connection error', { code: 'ECONNREFUSED' }),
      'KafkaUnavailable',
    ],
    'a request without an answer': [new KafkaJSRequestTimeoutError('timed out'), 'KafkaUnavailable'],
    'refused credentials': [
      Object.assign(new KafkaJSError('SASL PLAIN failed'), { name: 'KafkaJSSASLAuthenticationError' }),
      'CredentialsRefused',
    ],
    'an error of the client that has no name': [new KafkaJSError('odd'), 'KafkaUnavailable'],
    'an error of the network': [Object.assign(new Error('x'), { code: 'EPIPE' }), 'KafkaUnavailable'],
    'a known error as a cause': [
      new Error('outer', { cause: protocol('MESSAGE_TOO_LARGE') }),
      'EventTooLarge',
    ],
    'a known error as originalError': [
      Object.assign(new Error('outer'), { originalError: protocol('NOT_ENOUGH_REPLICAS') }),
      'NotEnoughReplicas',
    ],
    'a known error among several': [
      new KafkaJSAggregateError('several', [new KafkaJSError('odd'), protocol('UNKNOWN_TOPIC_OR_PARTITION')]),
      'TopicNotFound',
    ],
    'a programming mistake behind the client': [
      Object.assign(new KafkaJSNonRetriableError('x'), { cause: new TypeError('x is not a function') }),
      'InternalError',
    ],
    'a programming mistake': [new TypeError('x is not a function'), 'InternalError'],
    'something that is no error': ['text', 'InternalError'],
  };

  test.each(Object.entries(sentences))('%s', (_, [error, code]) => {
    expect(kafkaSinkError(error)).toMatchObject({ code, cause: error });
  });

  test('an error of ours is handed on as it is', () => {
    const own = new SinkError('Overloaded');
    expect(kafkaSinkError(new Error('outer', { cause: own }))).toBe(own);
  });

  test('a ring of causes ends', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(kafkaSinkError(error).code).toBe('KafkaUnavailable');
  });
});

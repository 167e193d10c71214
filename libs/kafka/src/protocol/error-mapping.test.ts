import { describe, expect, test } from '@jest/globals';
import { SinkError, type ErrorCode } from '@event-sinks/errors';
import { protocolErrors } from '@platformatic/kafka';
import { BrokerError, brokerError } from './broker-error.ts';
import { kafkaSinkError } from './error-mapping.ts';

/** As a broker's answer becomes an error. */
function protocol(type: string): Error {
  const error = brokerError(protocolErrors[type]?.code ?? 0);
  if (error?.type !== type) throw new Error(`Kafka has no ${type}`);
  return error;
}

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
    THROTTLING_QUOTA_EXCEEDED: 'BackendThrottled',
    INVALID_RECORD: 'InvalidData',
    INVALID_TIMESTAMP: 'InvalidData',
    REQUEST_TIMED_OUT: 'KafkaUnavailable',
    LEADER_NOT_AVAILABLE: 'KafkaUnavailable',
    NOT_LEADER_OR_FOLLOWER: 'KafkaUnavailable',
    OUT_OF_ORDER_SEQUENCE_NUMBER: 'KafkaUnavailable',
    UNKNOWN_PRODUCER_ID: 'KafkaUnavailable',
    KAFKA_STORAGE_ERROR: 'KafkaUnavailable',
    UNKNOWN_SERVER_ERROR: 'KafkaUnavailable',
  };

  test.each(Object.entries(table))('%s is %s, also behind other errors', (type, code) => {
    expect(kafkaSinkError(protocol(type))).toMatchObject({ code });
    expect(kafkaSinkError(new AggregateError([protocol(type)]))).toMatchObject({ code });
  });

  test('a code that nobody knows yet is KafkaUnavailable', () => {
    expect(brokerError(0)).toBeUndefined();
    expect(kafkaSinkError(brokerError(9_999)).code).toBe('KafkaUnavailable');
  });
});

describe('what goes wrong on the way', () => {
  const sentences: Record<string, [error: unknown, code: ErrorCode]> = {
    'an error of the network': [Object.assign(new Error('x'), { code: 'EPIPE' }), 'KafkaUnavailable'],
    'a known error as a cause': [
      new Error('outer', { cause: new BrokerError('MESSAGE_TOO_LARGE') }),
      'EventTooLarge',
    ],
    'a known error among several': [
      new AggregateError([new Error('odd'), protocol('UNKNOWN_TOPIC_OR_PARTITION')]),
      'TopicNotFound',
    ],
    'a programming mistake behind another error': [
      new Error('x', { cause: new TypeError('x is not a function') }),
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

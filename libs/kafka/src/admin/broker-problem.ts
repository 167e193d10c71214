import { SinkError } from '@event-sinks/errors';
import { allErrors } from '../protocol/error-mapping.ts';
import type { BrokerAddress } from '../network/broker-address.ts';
import { NotKafka } from '../network/frame-reader.ts';

/** Why a server could not be asked. */
export type ConnectFailure =
  'HostUnknown' | 'ConnectionRefused' | 'TimedOut' | 'ConnectionClosed' | 'NotKafka' | 'Unreachable';

/** What is wrong with a cluster that credentials have nothing to do with. */
export type BrokerProblemKind =
  /** No bootstrap server, or not this broker, could be asked. */
  | {
      readonly about: 'connection';
      readonly failure: ConnectFailure;
      readonly origin: BrokerAddress['origin'];
      /** `host:port` that a broker advertises, when it looks like one. */
      readonly server?: string;
    }
  /** So many partitions of the topic have no leader at the moment. */
  | { readonly about: 'leaders'; readonly partitions: number };

/** A cluster that does not take events, or cannot be asked; the code is `KafkaUnavailable`. */
export class BrokerProblem extends SinkError {
  readonly kind: BrokerProblemKind;

  constructor(kind: BrokerProblemKind, options: { readonly detail: string; readonly cause?: unknown }) {
    super('KafkaUnavailable', options);
    this.kind = kind;
  }
}

/** Names of errors of Node (https://nodejs.org/api/errors.html#common-system-errors) and of our connections. */
const failureByCode: Readonly<Record<string, ConnectFailure>> = {
  ENOTFOUND: 'HostUnknown',
  EAI_AGAIN: 'HostUnknown',
  EAI_FAIL: 'HostUnknown',
  EAI_NODATA: 'HostUnknown',
  EAI_NONAME: 'HostUnknown',
  ECONNREFUSED: 'ConnectionRefused',
  ETIMEDOUT: 'TimedOut',
  ECONNRESET: 'ConnectionClosed',
  EPIPE: 'ConnectionClosed',
  MALFORMED_ANSWER: 'NotKafka',
  EHOSTUNREACH: 'Unreachable',
  ENETUNREACH: 'Unreachable',
};

/** Why a connection failed, by the first error that tells it among an error, its causes and its parts. */
export function connectFailure(error: unknown): ConnectFailure {
  const chain = allErrors(error);
  if (chain.some((each) => each instanceof NotKafka)) return 'NotKafka';
  const known = chain.map(codeOf).find((code) => Object.hasOwn(failureByCode, code));
  if (known !== undefined) return failureByCode[known] ?? 'Unreachable';
  return chain.some(({ name }) => name === 'ConnectionClosed') ? 'ConnectionClosed' : 'Unreachable';
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

import { protocolErrors, protocolErrorsCodesById } from '@platformatic/kafka';

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

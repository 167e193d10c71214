import { brokerError } from './broker-error.ts';
import type { Call } from './call.ts';

/** Names the mechanism of the login that follows. */
export function saslHandshakeCall(mechanism: string): Call<void> {
  return {
    apiKey: 17,
    version: 1,
    write: (writer) => {
      writer.string(mechanism);
    },
    read: (reader) => {
      const error = brokerError(reader.int16());
      if (error !== undefined) throw error;
    },
  };
}

/** What a broker answers to one message of a login. */
export interface LoginAnswer {
  readonly message: Buffer;
  /** Milliseconds after which the broker takes nothing more on this connection; 0 for no end (KIP-368). */
  readonly lifetimeMs: number;
}

/** One message of a login. */
export function saslAuthenticateCall(message: Buffer): Call<LoginAnswer> {
  return {
    apiKey: 36,
    version: 1,
    write: (writer) => {
      writer.bytes(message);
    },
    read: (reader) => {
      const error = brokerError(reader.int16());
      // The broker's words may quote what it was sent, so they are not repeated.
      reader.string();
      if (error !== undefined) throw error;
      return { message: reader.bytes(), lifetimeMs: Math.max(0, Number(reader.int64())) };
    },
  };
}

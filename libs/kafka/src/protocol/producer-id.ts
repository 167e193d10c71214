import { brokerError } from './broker-error.ts';
import type { Call } from './call.ts';

/** Asks for a producer id that nobody else has. */
export const producerIdCall: Call<bigint> = {
  apiKey: 22,
  version: 1,
  write: (writer) => {
    writer.string(null).int32(0);
  },
  read: (reader) => {
    reader.skip(4);
    const error = brokerError(reader.int16());
    if (error !== undefined) throw error;
    return reader.int64();
  },
};

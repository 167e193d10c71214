import { readFileSync } from 'node:fs';

/** A request, and the records that it has to become, written by hand from the specifications. */
interface KafkaGoldenCase {
  readonly name: string;
  readonly in: { readonly headers: readonly string[]; readonly body: string };
  readonly key: string | null;
  readonly binary: {
    readonly headers: readonly (readonly [string, string])[];
    readonly value: string | null;
  };
  readonly structured: string;
}

/** The golden file of the Kafka protocol binding; the producer's integration tests read it too. */
export function kafkaGoldenCases(): KafkaGoldenCase[] {
  const file = new URL('golden/kafka-binding.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as KafkaGoldenCase[];
}

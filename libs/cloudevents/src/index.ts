export type { AttributeValue, CloudEvent, SpecVersion } from './cloud-event.ts';
export { contentModeOf, type ContentMode } from './content-mode.ts';
export { decodeBatch } from './decode-batch.ts';
export { decodeHttp } from './decode-http.ts';
export { encodeEventJson } from './encode-event-json.ts';
export { encodeKafkaRecord, type KafkaRecord } from './encode-kafka-record.ts';

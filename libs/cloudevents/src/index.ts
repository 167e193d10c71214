export type { AttributeValue, CloudEvent, SpecVersion } from './cloud-event.ts';
export { contentModeOf, type ContentMode } from './content-mode.ts';
export { decodeBatch, type BatchLimits } from './decode-batch.ts';
export { decodeHttp, decodeHttpOrBatch } from './decode-http.ts';
export { encodeEventJson } from './encode-event-json.ts';
export { encodeKafkaRecord, type KafkaRecord } from './encode-kafka-record.ts';
export { readTraceContext, withTraceContext, type TraceContext } from './trace-context.ts';

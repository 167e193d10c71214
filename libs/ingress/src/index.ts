export { createIngress } from './ingress.ts';
export { sinkPathOf, type SinkPath } from './sink-path.ts';
export type {
  EventDecoder,
  Ingress,
  IngressLimits,
  IngressOptions,
  ServedSink,
  SinkBackend,
  Stored,
} from './types.ts';

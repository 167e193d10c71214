export {
  ingressLimits,
  ingressOrders,
  ingressVariables,
  type IngressConfig,
  type IngressDefaults,
} from './config.ts';
export { createIngress } from './ingress.ts';
export { sinkPathOf, type SinkPath } from './sink-path.ts';
export type {
  EventDecoder,
  FrontTracing,
  Ingress,
  IngressLimits,
  IngressOptions,
  ServedSink,
  SinkBackend,
  Stored,
} from './types.ts';

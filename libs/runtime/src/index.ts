export { startAdminServer, type AdminServer, type AdminServerOptions } from './admin-server.ts';
export { apiCallMetrics, type MeasuredCall } from './api-call-metrics.ts';
export { BodyChunks } from './body-chunks.ts';
export { systemClock, type Clock, type Timer } from './clock.ts';
export { inOrder, type ConfigOrder } from './config-order.ts';
export { ConfigError, loadConfig, type ConfigProblem, type Environment } from './config.ts';
export { ConnectionLimit, type ConnectionLimitOptions } from './connection-limit.ts';
export {
  envBool,
  envDuration,
  envEnum,
  envInt,
  envList,
  envNamespaces,
  envNumber,
  envOptionalString,
  envRemoved,
  envString,
  envUrl,
  type EnvField,
  type NumberOptions,
  type StringOptions,
} from './config-fields.ts';
export { fairShare, type FairShare } from './fair-share.ts';
export { Health, type ReadinessCheck } from './health.ts';
export type { LogFields } from './log-fields.ts';
export {
  createLogger,
  logLevels,
  type LogDestination,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './logger.ts';
export {
  counter,
  createMetrics,
  gauge,
  histogram,
  Registry,
  type Counter,
  type Gauge,
  type Histogram,
  type Metrics,
} from './metrics.ts';
export { runProcess, type ProcessLike, type RunProcessOptions } from './run-process.ts';
export {
  loadTracer,
  traced,
  type Span,
  type SpanAttributes,
  type SpanContext,
  type Tracer,
} from './tracing.ts';
export { TroubleLog, type TroubleFields, type TroubleLogOptions } from './trouble-log.ts';
export { tracingVariables } from './tracing-fields.ts';
export { runApp, type RunAppOptions, type RunnableApp } from './run-app.ts';
export { exposeWatchAge, type Watched } from './watch-age.ts';

import { envNumber, envUrl } from './config-fields.ts';

/** The variables of tracing, to be spread into an app's schema; they have the names that OpenTelemetry gives them. */
export function tracingVariables() {
  return {
    /** Base URL of an OTLP/HTTP receiver; without it nothing is traced. */
    OTEL_EXPORTER_OTLP_ENDPOINT: envUrl(),
    /** The share of traces begun here that is recorded; what a sender has decided is followed. */
    OTEL_TRACES_SAMPLER_ARG: envNumber({ min: 0, max: 1, default: 1 }),
  };
}

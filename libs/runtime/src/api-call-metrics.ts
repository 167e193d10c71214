import { histogram, type Registry } from './metrics.ts';

/** A call of the API server, as the client tells of it. */
export interface MeasuredCall {
  readonly verb: string;
  readonly resource: string;
  readonly status: string;
  readonly seconds: number;
}

/** Measures the calls that it is told of; hand the result to the client. */
export function apiCallMetrics(registry: Registry): (call: MeasuredCall) => void {
  const duration = histogram(registry, 'event_sinks_api_request_duration_seconds');
  return ({ seconds, verb, resource, status }) => {
    duration.observe({ verb, resource, status }, seconds);
  };
}

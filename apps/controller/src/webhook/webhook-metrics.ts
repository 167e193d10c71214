import { Gauge, Histogram, type Registry } from '@event-sinks/runtime';
import type { Verdict } from './review.ts';

/** What the webhook tells about itself. */
export interface WebhookMetrics {
  readonly reviewed: (verdict: Verdict, seconds: number) => void;
  readonly serves: (certificate: { readonly expiresAtMs: number }) => void;
}

/** The series of the webhook. */
export function createWebhookMetrics(registry: Registry): WebhookMetrics {
  const registers = [registry];
  const duration = new Histogram({
    name: 'event_sinks_webhook_review_duration_seconds',
    help: 'Time that a request for the admission of a JobSink took, by its verdict',
    labelNames: ['verdict'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const expiry = new Gauge({
    name: 'event_sinks_webhook_certificate_expiry_timestamp_seconds',
    help: 'When the certificate that the webhook serves expires, in seconds since the epoch; 0 before there is one',
    registers,
  });
  return {
    reviewed: (verdict, seconds) => {
      duration.observe({ verdict }, seconds);
    },
    serves: ({ expiresAtMs }) => {
      expiry.set(expiresAtMs / 1000);
    },
  };
}

import { counter, gauge, histogram, type Registry } from '@event-sinks/runtime';
import type { Verdict } from './review.ts';
import type { ReachedLimit } from './webhook-server.ts';

/** What the webhook tells about itself. */
export interface WebhookMetrics {
  readonly reviewed: (verdict: Verdict, seconds: number) => void;
  readonly limitReached: (limit: ReachedLimit) => void;
  readonly serves: (certificate: { readonly expiresAtMs: number }) => void;
}

/** The series of the webhook. */
export function createWebhookMetrics(registry: Registry): WebhookMetrics {
  const duration = histogram(registry, 'event_sinks_webhook_review_duration_seconds');
  const expiry = gauge(registry, 'event_sinks_webhook_certificate_expiry_timestamp_seconds');
  const limits = counter(registry, 'event_sinks_webhook_limits_reached_total');
  return {
    limitReached: (limit) => {
      limits.inc({ limit });
    },
    reviewed: (verdict, seconds) => {
      duration.observe({ verdict }, seconds);
    },
    serves: ({ expiresAtMs }) => {
      expiry.set(expiresAtMs / 1000);
    },
  };
}

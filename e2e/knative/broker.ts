import { deliver, type Delivery } from './deliver.ts';
import { brokerDefaults, type DeliverySpec } from './delivery-rules.ts';
import type { Destination } from './destination.ts';
import { deadLetterOf, type BrokerEvent } from './event.ts';
import { resolve, type ApiGet } from './resolve.ts';

/** `spec.delivery` of a Broker or a Trigger. */
export interface DeliveryWithSink extends DeliverySpec {
  readonly deadLetterSink?: Destination;
}

/** A Trigger: where its Broker's events go. */
export interface Trigger {
  readonly name: string;
  readonly subscriber: Destination;
  /** Instead of the Broker's, whose dead-letter sink stays where this names none. */
  readonly delivery?: DeliveryWithSink;
}

/** A Broker with its Triggers, and the events that are sent to it. */
export interface BrokerPlan {
  readonly delivery?: DeliveryWithSink;
  readonly triggers: readonly Trigger[];
  readonly events: readonly BrokerEvent[];
  /** How long to wait for a destination to have an address. */
  readonly resolveTimeoutMs: number;
}

/** What became of one event at one Trigger. */
export interface TriggerReport extends Delivery {
  readonly trigger: string;
  readonly id: string;
  readonly destination: string;
  /** The delivery to the dead-letter sink, where there was one. */
  readonly deadLetter?: Delivery & { readonly destination: string };
}

interface ResolvedTrigger {
  readonly name: string;
  readonly destination: string;
  readonly delivery: DeliverySpec;
  readonly deadLetterSink?: string;
}

/**
 * Sends every event to every Trigger, all at once; the reports come Trigger by Trigger.
 * @throws Error when a destination cannot be resolved: Knative would not call such a Broker or Trigger ready.
 */
export async function runBroker(api: ApiGet, plan: BrokerPlan): Promise<TriggerReport[]> {
  const triggers = await Promise.all(plan.triggers.map((trigger) => resolveTrigger(api, plan, trigger)));
  return await Promise.all(
    triggers.flatMap((trigger) => plan.events.map((event) => dispatch(trigger, event))),
  );
}

async function resolveTrigger(api: ApiGet, plan: BrokerPlan, trigger: Trigger): Promise<ResolvedTrigger> {
  const { deadLetterSink, ...delivery } = trigger.delivery ?? plan.delivery ?? {};
  const sink = deadLetterSink ?? plan.delivery?.deadLetterSink;
  const timeoutMs = plan.resolveTimeoutMs;
  return {
    name: trigger.name,
    destination: await resolve(api, trigger.subscriber, timeoutMs),
    delivery: { ...brokerDefaults, ...delivery },
    ...(sink === undefined ? {} : { deadLetterSink: await resolve(api, sink, timeoutMs) }),
  };
}

async function dispatch(trigger: ResolvedTrigger, event: BrokerEvent): Promise<TriggerReport> {
  const { destination, delivery, deadLetterSink } = trigger;
  const delivered = await deliver(event, destination, delivery, { prefer: 'reply' });
  const report = { trigger: trigger.name, id: event.attributes['id'] ?? '', destination, ...delivered };
  if (delivered.failure === undefined || deadLetterSink === undefined) return report;
  const letter = deadLetterOf(event, destination, delivered.failure);
  return {
    ...report,
    deadLetter: { destination: deadLetterSink, ...(await deliver(letter, deadLetterSink, delivery)) },
  };
}

import type { DeliveryFailure } from './delivery-rules.ts';

/** An event as a Broker holds it: every attribute by its name, and the payload as text. */
export interface BrokerEvent {
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: string;
}

/** `knativeerrordata` has at most so many characters; what is longer is cut, even in the middle of a group. */
const maxErrorData = 1_024;

/** The same event with the three extensions that tell a dead-letter sink where it failed and how. */
export function deadLetterOf(event: BrokerEvent, destination: string, failure: DeliveryFailure): BrokerEvent {
  const data = Buffer.from(failure.body).toString('base64').slice(0, maxErrorData);
  const extensions = {
    knativeerrordest: destination,
    knativeerrorcode: String(failure.code),
    // An attribute may not be empty.
    ...(data === '' ? {} : { knativeerrordata: data }),
  };
  return { ...event, attributes: { ...event.attributes, ...extensions } };
}

/** The headers of a request in binary content mode. */
export function binaryHeaders({ attributes }: BrokerEvent): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) =>
      name === 'datacontenttype' ? ['content-type', value] : [`ce-${name}`, headerValue(value)],
    ),
  );
}

/** CloudEvents HTTP binding, 3.1.3.2: space, double quote, percent and all beyond printable ASCII are encoded. */
const headerValue = (value: string): string => value.replace(/[^!#$&-~]/gu, encodeURIComponent);

import type { CloudEvent } from '@event-sinks/cloudevents';
import type { Stored } from '@event-sinks/ingress';
import { runLocation } from '@event-sinks/job-plan';

/** What the sender of a stored event is told: where to ask about its run. */
export function storedAt(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { source, id, extensions }: CloudEvent,
): Stored {
  const errorDestination = extensions.get('knativeerrordest')?.toString();
  const location = runLocation({ namespace, name, source, id, errorDestination });
  return location === undefined ? {} : { location };
}

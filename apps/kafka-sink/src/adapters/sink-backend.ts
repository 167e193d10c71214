import { contentModeOf, type CloudEvent, type TraceContext } from '@event-sinks/cloudevents';
import { SinkError } from '@event-sinks/errors';
import type { SinkBackend, Stored } from '@event-sinks/ingress';
import { traced, type Span } from '@event-sinks/runtime';
import { batchFailure } from '../domain/batch-outcome.ts';
import { countOf, isBatch, type Incoming } from '../domain/incoming.ts';
import { toRecord } from '../domain/to-record.ts';
import type { ServedKafkaSink, SinkDirectory } from './sink-directory.ts';

const stored: Stored = {};

/** What stands behind the HTTP front: the directory's sinks, and the topics that they write to. */
export function createSinkBackend(directory: SinkDirectory): SinkBackend<ServedKafkaSink, Incoming> {
  return {
    kind: 'KafkaSink',
    find: (namespace, name) => directory.find(namespace, name),
    store: async ({ namespace, name, uid }, { events, trace }, deadline, span) => {
      // While the body came, the sink may have moved to other brokers, and the producer it had is closed.
      const sink = directory.find(namespace, name);
      if (sink.uid !== uid) throw new SinkError('SinkNotFound');
      const send = (event: CloudEvent): Promise<void> => sendTraced({ sink, event, trace, deadline, span });
      if (!isBatch(events)) {
        await send(events);
        return stored;
      }
      // All in one go, so that they are one batch for the brokers too; their order is that of the array.
      const failure = batchFailure(await Promise.allSettled(events.map(send)));
      if (failure !== undefined) throw failure;
      return stored;
    },
    countOf,
  };
}

interface Sending {
  readonly sink: ServedKafkaSink;
  readonly event: CloudEvent;
  readonly trace: TraceContext | undefined;
  readonly deadline: AbortSignal;
  readonly span: Span | undefined;
}

/** Each record leads to the span that sent it, so that its consumer goes on from there. */
function sendTraced({ sink, event, trace, deadline, span }: Sending): Promise<void> {
  // No promise in between where nothing is traced.
  if (span === undefined) return sink.lease.send(toRecord(sink, event, trace), deadline);
  return traced(
    span,
    `send ${sink.topic}`,
    (sending) => sink.lease.send(toRecord(sink, event, sending?.context ?? trace), deadline),
    {
      kind: 'producer',
      attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': sink.topic },
    },
  );
}

/** Whether a body of this type is a batch of events. */
export function isBatchType(contentType: string | undefined): boolean {
  return contentModeOf(contentType) === 'batch';
}

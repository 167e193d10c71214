import { contentModeOf } from '@event-sinks/cloudevents';
import { SinkError } from '@event-sinks/errors';
import type { SinkBackend, Stored } from '@event-sinks/ingress';
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
    store: async ({ namespace, name, uid }, { events, trace }, deadline) => {
      // While the body came, the sink may have moved to other brokers, and the producer it had is closed.
      const sink = directory.find(namespace, name);
      if (sink.uid !== uid) throw new SinkError('SinkNotFound');
      if (!isBatch(events)) {
        await sink.lease.send(toRecord(sink, events, trace), deadline);
        return stored;
      }
      // All in one go, so that they are one batch for the brokers too; their order is that of the array.
      const sends = events.map((event) => sink.lease.send(toRecord(sink, event, trace), deadline));
      const failure = batchFailure(await Promise.allSettled(sends));
      if (failure !== undefined) throw failure;
      return stored;
    },
    countOf,
  };
}

/** Whether a body of this type is a batch of events. */
export function isBatchType(contentType: string | undefined): boolean {
  return contentModeOf(contentType) === 'batch';
}

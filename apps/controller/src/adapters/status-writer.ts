import { isDeepStrictEqual } from 'node:util';
import type { SinkResource, SinkStatus } from '@event-sinks/crds';
import { readyEvent } from '../domain/ready-event.ts';
import type { EventRecorder } from './event-recorder.ts';
import { isConflict, isNotFound, type KubeClient, type KubeObject } from '@event-sinks/kube';

/** Writes a sink's status, if it says anything new. */
export interface StatusWriter {
  /** @returns whether something was written. Losing a race with another change is no error: that change wakes us. */
  write(sink: KubeObject, status: SinkStatus, signal: AbortSignal): Promise<boolean>;
}

/** What a {@link StatusWriter} works with. */
export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly resource: SinkResource;
  /**
   * Throws unless this process leads at this moment: a leader that was paused must not write over what its successor
   * found out.
   */
  readonly fence: () => void;
  readonly recorder: EventRecorder;
}

/** Writes what differs, and leaves an Event where Ready changed. */
export function createStatusWriter({ client, resource, fence, recorder }: StatusWriterOptions): StatusWriter {
  return {
    async write(sink, status, signal) {
      const before = sink['status'] as SinkStatus | undefined;
      if (isDeepStrictEqual(before, status)) return false;
      const { namespace, name, resourceVersion = '' } = sink.metadata;
      fence();
      try {
        await client.patchStatus(resource, { namespace, name, resourceVersion }, status, { signal });
      } catch (error) {
        if (isConflict(error) || isNotFound(error)) return false;
        throw error;
      }
      const event = readyEvent(before, status);
      if (event !== undefined) recorder.record(sink, event);
      return true;
    },
  };
}

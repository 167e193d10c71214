import { isDeepStrictEqual } from 'node:util';
import type { SinkResource, SinkStatus } from '@event-sinks/crds';
import { isConflict, isNotFound, type KubeClient, type KubeObject } from '@event-sinks/kube';

/** Writes a sink's status, if it says anything new. */
export interface StatusWriter {
  /** @returns whether something was written. Losing a race with another change is no error: that change wakes us. */
  write(sink: KubeObject, status: SinkStatus, signal: AbortSignal): Promise<boolean>;
}

/**
 * @param fence throws unless this process leads at this moment: a leader that was paused must not write over what
 * its successor found out.
 */
export function createStatusWriter(
  client: KubeClient,
  resource: SinkResource,
  fence: () => void,
): StatusWriter {
  return {
    async write(sink, status, signal) {
      if (isDeepStrictEqual(sink['status'], status)) return false;
      const { namespace, name, resourceVersion = '' } = sink.metadata;
      fence();
      try {
        await client.patchStatus(resource, { namespace, name, resourceVersion }, status, { signal });
        return true;
      } catch (error) {
        if (isConflict(error) || isNotFound(error)) return false;
        throw error;
      }
    },
  };
}

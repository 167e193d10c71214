import { events, type KubeClient, type KubeObject } from '@event-sinks/kube';
import type { Clock, Logger } from '@event-sinks/runtime';
import type { SinkEvent } from '../domain/ready-event.ts';

/** Leaves Kubernetes Events on sinks, where `kubectl describe` shows them. */
export interface EventRecorder {
  /** Never fails and is not waited for: an Event that cannot be written is logged, and nothing depends on it. */
  record(sink: KubeObject, event: SinkEvent): void;
}

/** What an {@link EventRecorder} works with. */
export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, 'create'>;
  /** The process, as `kubectl get events -o wide` names it. */
  readonly instance: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Events on one sink in a minute, at most; a sink that flaps must not fill etcd. */
  readonly maxPerMinute: number;
}

interface Window {
  start: number;
  count: number;
}

const minuteMs = 60_000;

/** Events go to the namespace of their sink and expire there by themselves. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, clock, logger } = options;
  const windows = new Map<string, Window>();
  let lastStamp = 0;
  // Two Events on one sink in the same millisecond must not have the same name.
  const nextStamp = (): number => {
    lastStamp = Math.max(lastStamp + 1, clock.now() * 1000);
    return lastStamp;
  };
  const isAllowed = (uid: string): boolean => {
    const now = clock.monotonic();
    for (const [key, { start }] of windows) if (now - start >= minuteMs) windows.delete(key);
    const window = windows.get(uid) ?? { start: now, count: 0 };
    windows.set(uid, window);
    window.count += 1;
    return window.count <= options.maxPerMinute;
  };
  return {
    record(sink, event) {
      if (!isAllowed(sink.metadata.uid ?? '')) return;
      client
        .create(events, manifest(sink, event, { ...options, stamp: nextStamp() }))
        .catch((error: unknown) => {
          const { namespace, name } = sink.metadata;
          logger.warn('An Event could not be recorded', { namespace, name, reason: event.reason, error });
        });
    },
  };
}

/** `events.k8s.io/v1` asks for a note of at most 1,024 characters. */
const maxNote = 1_024;

interface ManifestOptions extends EventRecorderOptions {
  /** Microseconds since the epoch, or a little later; unique. */
  readonly stamp: number;
}

function manifest(
  sink: KubeObject,
  event: SinkEvent,
  { instance, clock, stamp }: ManifestOptions,
): KubeObject {
  const { namespace = '', name, uid, resourceVersion } = sink.metadata;
  const { apiVersion, kind } = sink;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    // client-go's form: the time makes the name unique, and the sink's name tells what it is about.
    metadata: { namespace, name: `${name.slice(0, 200)}.${stamp.toString(16)}` },
    eventTime: new Date(clock.now()).toISOString().replace('Z', '000Z'),
    reportingController: 'event-sinks-controller',
    reportingInstance: instance.slice(0, 128),
    action: 'Reconcile',
    regarding: { apiVersion, kind, namespace, name, uid, resourceVersion },
    type: event.type,
    reason: event.reason,
    note: event.note.slice(0, maxNote),
  };
}

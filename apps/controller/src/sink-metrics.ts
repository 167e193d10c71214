import { readyCondition, type SinkStatus } from '@event-sinks/crds';
import type { KubeObject } from '@event-sinks/kube';
import { gauge, type Registry } from '@event-sinks/runtime';

/** The sinks of one kind, as the watch has them. */
export interface WatchedSinks {
  readonly loop: { list(): readonly KubeObject[] };
}

/** Tells for each sink whether it is Ready, whenever metrics are read; a sink that is gone is told of no more. */
export function exposeSinks(registry: Registry, kinds: () => readonly WatchedSinks[]): void {
  gauge(registry, 'event_sinks_sink_ready', (ready) => {
    ready.reset();
    for (const sink of kinds().flatMap(({ loop }) => loop.list())) {
      const { kind, metadata } = sink;
      const { isReady, reason } = readinessOf(sink);
      const labels = { kn_sink_name: metadata.name, kn_sink_namespace: metadata.namespace ?? '' };
      const has_address = String((sink['status'] as SinkStatus | undefined)?.address !== undefined);
      ready.set({ ...labels, kn_sink_kind: kind, reason, has_address }, isReady ? 1 : 0);
    }
  });
}

/** A status that speaks of an older generation, or that is not there yet, says nothing about the sink as it is. */
export function readinessOf(sink: KubeObject): { readonly isReady: boolean; readonly reason: string } {
  const status = sink['status'] as SinkStatus | undefined;
  const condition = status?.conditions?.find(({ type }) => type === readyCondition);
  if (condition === undefined || status?.observedGeneration !== sink.metadata.generation)
    return { isReady: false, reason: 'NotReconciled' };
  if (condition.status === 'True') return { isReady: true, reason: '' };
  return { isReady: false, reason: condition.reason ?? '' };
}

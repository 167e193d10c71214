import { expect, test } from '@jest/globals';
import type { KubeObject } from '@event-sinks/kube';
import { createMetrics } from '@event-sinks/runtime';
import { exposeSinks } from './sink-metrics.ts';

function sink(name: string, status?: object): KubeObject {
  return {
    ...{ apiVersion: 'eventing.knative.dev/v1alpha1', kind: 'KafkaSink' },
    metadata: { namespace: 'shop', name, uid: name, generation: 1 },
    ...(status && { status: { observedGeneration: 1, ...status } }),
  };
}

const address = { url: 'http://sink' };
const ready = (status: string, reason?: string) => ({
  conditions: [{ type: 'Ready', status, ...(reason && { reason }) }],
});

test.each<[string, KubeObject, string]>([
  ['a sink that is ready', sink('a', { ...ready('True'), address }), 'reason="",has_address="true"} 1'],
  [
    'one that is not ready any more',
    sink('a', { ...ready('False', 'TopicNotFound'), address }),
    'reason="TopicNotFound",has_address="true"} 0',
  ],
  [
    'one that never was',
    sink('a', ready('False', 'SecretNotFound')),
    'reason="SecretNotFound",has_address="false"} 0',
  ],
  ['one that nobody has looked at', sink('a'), 'reason="NotReconciled",has_address="false"} 0'],
])('%s tells whether senders may know it', async (_sentence, object, series) => {
  const { registry } = createMetrics();
  exposeSinks(registry, () => [{ loop: { list: () => [object] } }]);
  const text = await registry.metrics();
  const labels = 'kn_sink_name="a",kn_sink_namespace="shop",kn_sink_kind="KafkaSink"';
  expect(text).toContain(`event_sinks_sink_ready{${labels},${series}`);
});

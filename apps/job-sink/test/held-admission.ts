import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect } from '@jest/globals';
import type { KubeClient, KubeObject, Resource } from '@event-sinks/kube';
import { eventually } from '@event-sinks/testing';

/** Creates of one kind in one namespace that hang in the API server, as behind an admission webhook gone silent. */
export interface HeldAdmission {
  /** Ends the hold; what still hangs is refused. */
  release(): Promise<void>;
}

const webhooks: Resource = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  namespaced: false,
};

/** Resolves when the hold is in force; `sample` is an object that would be taken otherwise. */
export async function holdAdmission(
  client: KubeClient,
  resource: Resource,
  sample: KubeObject,
): Promise<HeldAdmission> {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const { namespace = '' } = sample.metadata;
  const name = `hold-${resource.plural}-${namespace}`;
  await client.create<KubeObject>(webhooks, configuration(name, resource, { namespace, port }));
  const trial = (): Promise<boolean> =>
    client.create(resource, sample, { dryRun: true, timeoutMs: 300 }).then(
      () => true,
      () => false,
    );
  await eventually(async () => {
    await trial();
    expect(sockets.size).toBeGreaterThan(0);
  });
  return {
    async release() {
      await client.delete(webhooks, { name });
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
      await eventually(async () => {
        expect(await trial()).toBe(true);
      });
    },
  };
}

function configuration(
  name: string,
  { group, version, plural }: Resource,
  { namespace, port }: { namespace: string; port: number },
): KubeObject {
  const rule = { apiGroups: [group], apiVersions: [version], resources: [plural], operations: ['CREATE'] };
  const webhook = {
    name: 'hold.example.com',
    rules: [rule],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    clientConfig: { url: `https://127.0.0.1:${port}/` },
    ...{ failurePolicy: 'Fail', sideEffects: 'None', timeoutSeconds: 30, admissionReviewVersions: ['v1'] },
  };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [webhook],
  };
}

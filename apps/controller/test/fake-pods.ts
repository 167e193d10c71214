import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { lastOutcomeHeader } from '@event-sinks/crds';
import { endpointSlices, type KubeClient, type KubeObject } from '@event-sinks/kube';
import { systemNamespace } from './cluster.ts';

/** A pod of a data plane, as the controller sees it: an endpoint of the Service that answers probes. */
export interface FakePod {
  /** What it was asked, as `path hash`. */
  readonly probes: readonly string[];
  /** Decides which versions it serves; the hash is `<uid>/<generation>`. */
  serves: (hash: string) => boolean;
  /** What it says of the last event for any sink, as the header `K-Sink-Last-Outcome`. */
  outcome: string | undefined;
  /** Sets the condition in the EndpointSlice. */
  setReady(ready: boolean): Promise<void>;
  /** Ends the server and leaves the EndpointSlice as it is. */
  die(): Promise<void>;
  /** Takes the pod out of the Service, too. */
  remove(): Promise<void>;
}

let count = 0;

/** Starts a server and lists it behind the Service, ready. */
export async function startFakePod(client: KubeClient, service: string): Promise<FakePod> {
  const address = ownAddress();
  const probes: string[] = [];
  const server = createServer((request, response) => {
    const hash = String(request.headers['k-network-hash']);
    probes.push(`${request.url ?? ''} ${hash}`);
    const served = request.headers['k-network-probe'] === 'probe' && pod.serves(hash);
    if (served) response.setHeader('K-Network-Hash', hash);
    if (served && pod.outcome !== undefined) response.setHeader(lastOutcomeHeader, pod.outcome);
    response.writeHead(served ? 200 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  const name = `${service}-${(count += 1)}`;
  const slice = (ready: boolean): KubeObject => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: systemNamespace, name, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port, protocol: 'TCP' }],
    endpoints: [{ addresses: [address], conditions: { ready } }],
  });
  await client.create(endpointSlices, slice(true));
  const pod: FakePod = {
    probes,
    serves: () => true,
    outcome: undefined,
    setReady: async (ready) => {
      await client.replace(endpointSlices, slice(ready));
    },
    die: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
    remove: async () => {
      await client.delete(endpointSlices, { namespace: systemNamespace, name });
      await pod.die();
    },
  };
  return pod;
}

/** The API server takes no loopback address as an endpoint, so the servers listen on the machine's own. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(
    ({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'),
  );
  if (own === undefined) throw new Error('this machine has no IPv4 address beside loopback');
  return own.address;
}

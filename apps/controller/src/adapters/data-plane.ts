import { lastOutcomeHeader } from '@event-sinks/crds';
import { endpointSlices, createInformer, type KubeClient, type KubeObject } from '@event-sinks/kube';
import type { Clock, Logger } from '@event-sinks/runtime';
import type { DataPlaneView } from '../domain/data-plane.ts';
import { currentRefusal, readEventOutcome, type EventOutcome } from '../domain/event-outcome.ts';

/** The pods behind one data plane's Service, and what they serve. */
export interface DataPlane {
  start(): void;
  stop(): Promise<void>;
  hasSynced(): boolean;
  /** Asks every ready pod whether it serves this generation of the sink. */
  view(sink: ProbedSink, signal: AbortSignal): Promise<DataPlaneView>;
}

/** The sink that is asked about. */
export interface ProbedSink {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
}

/** What a {@link DataPlane} works with. */
export interface DataPlaneOptions {
  readonly client: KubeClient;
  readonly service: string;
  readonly systemNamespace: string;
  /** Milliseconds that one pod may take to answer. */
  readonly probeTimeoutMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** Pods came or went, or their readiness changed. */
  readonly onChange: () => void;
}

interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly {
    readonly addresses?: readonly string[];
    readonly conditions?: { readonly ready?: boolean };
  }[];
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
}

/** Follows the EndpointSlices of a Service. */
export function createDataPlane(options: DataPlaneOptions): DataPlane {
  const { client, systemNamespace, service, logger, clock, random } = options;
  const informer = createInformer<EndpointSlice>({
    client,
    resource: endpointSlices,
    namespace: systemNamespace,
    labelSelector: `kubernetes.io/service-name=${service}`,
    logger,
    clock,
    random,
    onChange: options.onChange,
  });
  let emptySince: number | undefined;
  return {
    start: () => {
      informer.start();
    },
    stop: () => informer.stop(),
    hasSynced: () => informer.hasSynced(),
    async view(sink, signal) {
      const pods = informer.list().flatMap(readyAddresses);
      emptySince = pods.length > 0 ? undefined : (emptySince ?? clock.monotonic());
      const timeout = AbortSignal.timeout(options.probeTimeoutMs);
      const answers = await Promise.all(
        pods.map((pod) => probe(pod, sink, AbortSignal.any([signal, timeout]))),
      );
      const outcomes = answers.flatMap(({ outcome }) => outcome ?? []);
      return {
        readyPods: pods.length,
        emptyForMs: emptySince === undefined ? undefined : clock.monotonic() - emptySince,
        serving: answers.filter(({ serves }) => serves).length,
        refusal: currentRefusal(outcomes),
      };
    },
  };
}

/** `host:port` of each pod that the Service sends events to. An unset condition means ready (EndpointConditions). */
function readyAddresses(slice: EndpointSlice): string[] {
  const port = slice.ports?.find(({ name }) => name === 'http')?.port;
  if (port === undefined) return [];
  return (slice.endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses?.slice(0, 1) ?? [])
    .map((address) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`));
}

interface ProbeAnswer {
  readonly serves: boolean;
  readonly outcome?: EventOutcome | undefined;
}

async function probe(pod: string, sink: ProbedSink, signal: AbortSignal): Promise<ProbeAnswer> {
  const hash = `${sink.uid}/${sink.generation}`;
  try {
    const response = await fetch(`http://${pod}/${sink.namespace}/${sink.name}`, {
      headers: { 'K-Network-Probe': 'probe', 'K-Network-Hash': hash },
      signal,
    });
    await response.body?.cancel();
    const { status, headers } = response;
    if (status !== 200 || headers.get('K-Network-Hash') !== hash) return { serves: false };
    return { serves: true, outcome: readEventOutcome(headers.get(lastOutcomeHeader)) };
  } catch {
    // Unreachable is one of the answers: this pod does not serve the sink.
    return { serves: false };
  }
}

/** What is read of a list of pods. */
export interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Labels };
    readonly spec: {
      readonly containers: readonly {
        readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
      }[];
    };
    readonly status: { readonly phase?: string; readonly podIP?: string };
  }[];
}

type Labels = Readonly<Record<string, string>>;

/** One group of targets, as Prometheus' file_sd has it. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Labels;
}

/** The pods whose metrics are to be read, under the names that the chart's PodMonitor gives them. */
export function targetsOf({ items }: PodList): TargetGroup[] {
  return items.flatMap(({ metadata, spec, status }) => {
    const ports = spec.containers.flatMap((container) => container.ports ?? []);
    const port = ports.find(({ name }) => name === 'http-metrics')?.containerPort;
    if (port === undefined || status.phase !== 'Running' || status.podIP === undefined) return [];
    const job = `event-sinks-${metadata.labels?.['app.kubernetes.io/name'] ?? 'unknown'}`;
    return [
      {
        targets: [`${status.podIP}:${port}`],
        labels: { job, namespace: metadata.namespace, pod: metadata.name },
      },
    ];
  });
}

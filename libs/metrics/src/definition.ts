/** The processes that have metrics. */
export const apps = ['controller', 'job-sink', 'kafka-sink'] as const;

/** The name of a process that has metrics; its image and its log lines carry it too. */
export type App = (typeof apps)[number];

/** One metric, as it is declared once for the code that feeds it, for its page and for those who query it. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence; it is the metric's help and its row in the reference. */
  readonly help: string;
  /** What each label's values are. None of them is chosen by a sender: senders could make series without end. */
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
  readonly apps: readonly App[];
  /** Why a healthy process may have no sample of it; unset where it always has one. */
  readonly absentUntil?: string;
}

/** The suffixes that Prometheus sees of a metric beside its own name. */
export function seriesOf(name: string, { type }: Pick<MetricDefinition, 'type'>): readonly string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

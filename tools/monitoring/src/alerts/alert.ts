/** What an installation may want to be different. */
export interface AlertTuning {
  /** Over how long rates are taken; at least four times the interval at which metrics are read. */
  readonly window: string;
  /** How long an alert that waits a while has to hold before it fires; the alert's own time unless given. */
  readonly pending?: string;
}

/** The tuning of the chart. */
export const chartTuning: AlertTuning = { window: '5m' };

/** One alert; its name is also that of its runbook. */
export interface Alert {
  readonly name: string;
  /** critical: events are lost to their senders now, or soon. warning: somebody should look within the day. */
  readonly severity: 'critical' | 'warning';
  /** In PromQL. */
  readonly query: (tuning: AlertTuning) => string;
  /** How long the query has to have a result. */
  readonly pending: string;
  /** One line; may use Prometheus' templates. */
  readonly summary: string;
  /** What it means for events. */
  readonly description: string;
}

/** The labels that name a sink, as PromQL lists them. */
export const bySink = 'kn_sink_kind, kn_sink_namespace, kn_sink_name';

/** A sink in the words of an annotation. */
export const theSink =
  '{{ $labels.kn_sink_kind }} {{ $labels.kn_sink_namespace }}/{{ $labels.kn_sink_name }}';

/** One line of a panel. */
export interface Line {
  readonly query: string;
  /** With Grafana's `{{label}}`; the plain name of the line otherwise. */
  readonly legend: string;
}

/** What a panel shows, before it is one of Grafana's. */
export interface PanelSpec {
  readonly title: string;
  /** What to make of it; shown behind the panel's `i`. */
  readonly description: string;
  readonly unit: 's' | 'short' | 'reqps' | 'Bps' | 'bytes' | 'percentunit';
  readonly lines: readonly Line[];
  /** A single number instead of a graph. */
  readonly asNumber?: boolean;
  /** Where a number turns red. */
  readonly bad?: { readonly above: number } | { readonly below: number };
}

/** A row of panels with its title. */
export interface RowSpec {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

/** A whole dashboard. */
export interface DashboardSpec {
  /** Part of its address in Grafana, and the name of its file. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Whether it can be narrowed down to a namespace and a sink of this kind. */
  readonly kind?: 'JobSink' | 'KafkaSink';
  readonly rows: readonly RowSpec[];
}

import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  type Dashboard,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { DashboardSpec, PanelSpec } from './panel.ts';

const datasource = { type: 'prometheus', uid: '${datasource}' };

/** Grafana's model of a dashboard: the first one, which is what its sidecar and every older Grafana read. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
export function buildDashboard(spec: DashboardSpec): Dashboard {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
  const builder = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags(['event-sinks', 'knative'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .readonly()
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'));
  if (spec.kind !== undefined)
    for (const variable of sinkVariables(spec.kind)) builder.withVariable(variable);
  for (const { title, panels } of spec.rows) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(buildPanel(panel));
  }
  return builder.build();
}

function sinkVariables(kind: 'JobSink' | 'KafkaSink'): readonly QueryVariableBuilder[] {
  const series = `event_sinks_sink_ready{kn_sink_kind="${kind}"`;
  const variable = (name: string, label: string, query: string) =>
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(datasource)
      .query(query)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .includeAll(true)
      .allValue('.*')
      .multi(true)
      .current({ text: 'All', value: '$__all' });
  return [
    variable('namespace', 'Namespace', `label_values(${series}}, kn_sink_namespace)`),
    variable('sink', kind, `label_values(${series},kn_sink_namespace=~"$namespace"}, kn_sink_name)`),
  ];
}

function buildPanel(spec: PanelSpec): Builder<Panel> {
  const panel =
    spec.asNumber === true
      ? new StatBuilder()
          .span(4)
          .height(4)
          .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
      : new GraphBuilder().span(8).height(8).fillOpacity(10).min(0);
  panel.title(spec.title).description(spec.description).unit(spec.unit).datasource(datasource);
  if (spec.bad !== undefined) panel.thresholds(thresholds(spec.bad));
  for (const { query, legend } of spec.lines) panel.withTarget(target(query, legend));
  return panel;
}

function target(query: string, legend: string): Builder<Dataquery> {
  return new DataqueryBuilder().expr(query).legendFormat(legend);
}

function thresholds(bad: NonNullable<PanelSpec['bad']>): ThresholdsConfigBuilder {
  const steps =
    'above' in bad
      ? [
          { value: null, color: 'green' },
          { value: bad.above, color: 'red' },
        ]
      : [
          { value: null, color: 'red' },
          { value: bad.below, color: 'green' },
        ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

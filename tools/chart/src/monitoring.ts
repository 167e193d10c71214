import { group, kubernetesList, prometheusDuration, stringMap, text, toggle } from './fields.ts';

/** How a ServiceMonitor or PodMonitor reads the metrics. */
function scraping() {
  return {
    enabled: toggle('Whether there is one.', false),
    interval: prometheusDuration('How often metrics are read.', '30s'),
    scrapeTimeout: prometheusDuration('How long a reading may take.', '10s'),
    labels: stringMap('Further labels, for the selector of your Prometheus object.'),
    relabelings: kubernetesList('Further relabelings of the targets, after those that name job and pod.'),
    metricRelabelings: kubernetesList('Relabelings of the samples.'),
  };
}

/** What the Prometheus Operator and Grafana are told. */
export const monitoringValues = group(
  'For the Prometheus Operator and for Grafana. The monitors and the rules need the operator’s definitions.',
  {
    podMonitor: group('Reads the metrics of all pods. Enable this one or `serviceMonitor`.', scraping()),
    serviceMonitor: group(
      'Reads the same metrics through Services, for a Prometheus that looks for ServiceMonitors alone.',
      scraping(),
    ),
    prometheusRule: group('Alerts, each with a runbook.', {
      enabled: toggle('Whether there is a PrometheusRule.', false),
      labels: stringMap('Further labels, for the selector of your Prometheus object.'),
      alertLabels: stringMap('Further labels of every alert, for your routes.'),
      runbooksUrl: text(
        'Where the pages of docs/runbooks are.',
        'https://github.com/event-sinks/event-sinks/blob/main/docs/runbooks',
      ),
    }),
    dashboards: group('Grafana’s dashboards as ConfigMaps, for its sidecar.', {
      enabled: toggle('Whether there are ConfigMaps.', false),
      namespace: text('Where they go; the namespace of the release unless set.'),
      labels: stringMap('The labels that the sidecar looks for.', { grafana_dashboard: '1' }),
      annotations: stringMap('Such as `grafana_folder`, where the sidecar is told to heed it.'),
    }),
  },
);

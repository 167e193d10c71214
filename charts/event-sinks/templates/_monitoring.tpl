{{/*
How pods are read and what their series are called: alerts and dashboards ask for the job event-sinks-<component>.
Call with the values of the monitor.
*/}}
{{- define "event-sinks.scraping" -}}
port: http-metrics
interval: {{ .interval }}
scrapeTimeout: {{ .scrapeTimeout }}
relabelings:
  - sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_name]
    targetLabel: job
    replacement: event-sinks-$1
  {{- with .relabelings }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Everything of this release, whatever its component. */}}
{{- define "event-sinks.releaseSelector" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: event-sinks
{{- end }}

{{/* The rules of what is installed, with their runbooks' address and further labels; what they are is in files/alerts. */}}
{{- define "event-sinks.alerts" -}}
{{- $values := .Values.monitoring.prometheusRule }}
{{- $text := .Files.Get "files/alerts/event-sinks.yaml" | replace "RUNBOOKS_URL" (trimSuffix "/" $values.runbooksUrl) }}
{{- $file := fromYaml $text }}
{{- range $group := $file.groups }}
{{- $rules := list }}
{{- range $rule := $group.rules }}
{{- /* Without a controller there is none to lead, and this alert is about the series' absence too. */}}
{{- if or $.Values.controller.enabled (ne $rule.alert "EventSinkNoLeader") }}
{{- $rules = append $rules (merge (dict "labels" (merge (dict) $rule.labels $values.alertLabels)) $rule) }}
{{- end }}
{{- end }}
{{- $_ := set $group "rules" $rules }}
{{- end }}
{{- toYaml $file.groups }}
{{- end }}

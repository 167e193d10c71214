{{/* Labels of every object. Call with (dict "root" $ "component" "job-sink"). */}}
{{- define "event-sinks.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: event-sinks
{{ include "event-sinks.selector" . }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels that select a component's pods; never to be changed, since a Deployment's selector cannot be. */}}
{{- define "event-sinks.selector" -}}
app.kubernetes.io/name: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* The image of a component. Call with (dict "root" $ "component" "job-sink" "values" $.Values.jobSink). */}}
{{- define "event-sinks.image" -}}
{{- $image := .values.image -}}
{{- $name := printf "%s/%s" ($image.registry | default .root.Values.image.registry) ($image.repository | default .component) -}}
{{- if $image.digest -}}
{{ $name }}@{{ $image.digest }}
{{- else -}}
{{ $name }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/*
The parts that are installed, as YAML:
  jobSinkOwner  JobSink's definition, address, status and admission are this chart's; alongside they are Knative's
  webhook       the controller serves admission
*/}}
{{- define "event-sinks.parts" -}}
{{- $owner := and .Values.jobSink.enabled (eq .Values.mode "standalone") -}}
jobSinkOwner: {{ $owner }}
webhook: {{ and $owner .Values.controller.enabled .Values.webhook.enabled }}
{{- end }}

{{/* The Secret with the webhook's certificate where somebody else keeps it; empty where the controller does. */}}
{{- define "event-sinks.suppliedCertificate" -}}
{{- with .Values.webhook.certificate -}}
{{- if .secretName -}}
{{ .secretName }}
{{- else if .certManager.enabled -}}
event-sinks-webhook-tls
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of a component's Deployment. Alongside Knative, job-sink is the name of Knative's own. */}}
{{- define "event-sinks.deploymentName" -}}
{{- if eq .component "controller" -}}
event-sinks-controller
{{- else if eq .component "kafka-sink" -}}
kafka-sink-ingress
{{- else if eq .root.Values.mode "alongside" -}}
event-sinks-job-sink
{{- else -}}
job-sink
{{- end -}}
{{- end }}

{{- define "event-sinks.serviceAccountName" -}}
{{- .values.serviceAccount.name | default (include "event-sinks.deploymentName" .) -}}
{{- end }}

{{/* On which nodes the pod of a hook runs. Call with a list: the hook's values, and those that count where they are empty. */}}
{{- define "event-sinks.hookScheduling" -}}
{{- $values := first . }}
{{- $fallback := last . }}
{{- range $field := list "nodeSelector" "tolerations" "affinity" "priorityClassName" }}
{{- with index $values $field | default (index $fallback $field) }}
{{ toYaml (dict $field .) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The variables that values end in. Call with root and key, the component's name in the values. */}}
{{- define "event-sinks.settings" -}}
{{- range $setting := index (.root.Files.Get "files/settings.yaml" | fromYaml) .key }}
{{- $value := $.root.Values }}
{{- range splitList "." $setting.value }}
{{- $value = index $value . }}
{{- end }}
- name: {{ $setting.env }}
  value: {{ if kindIs "slice" $value }}{{ join "," $value | quote }}{{ else if and (kindIs "float64" $value) (eq (floor $value) $value) }}{{ $value | int64 | quote }}{{ else }}{{ $value | toString | quote }}{{ end }}
{{- end }}
{{- end }}

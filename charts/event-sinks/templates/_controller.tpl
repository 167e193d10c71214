{{- define "event-sinks.controllerPorts" -}}
- name: http-metrics
  containerPort: 9092
{{- if .webhook }}
- name: https-webhook
  containerPort: 8443
{{- end }}
{{- end }}

{{/* The controller's variables that follow from what is installed, and where. */}}
{{- define "event-sinks.controllerEnv" -}}
{{- $parts := include "event-sinks.parts" . | fromYaml -}}
- name: METRICS_PORT
  value: '9092'
- name: SYSTEM_NAMESPACE
  value: {{ .Release.Namespace }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: JOB_SINK_ENABLED
  value: {{ $parts.jobSinkOwner | quote }}
# Jobs are the dispatcher's also where Knative writes the status of JobSinks.
- name: SWEEP_ENABLED
  value: {{ .Values.jobSink.enabled | quote }}
- name: KAFKA_SINK_ENABLED
  value: {{ .Values.kafkaSink.enabled | quote }}
{{- if .Values.kafkaSink.enabled }}
# Who may read the Secrets of KafkaSinks, in namespaces that have such a sink.
- name: CONTROLLER_SERVICE_ACCOUNT
  value: {{ include "event-sinks.serviceAccountName" (dict "root" . "component" "controller" "values" .Values.controller) }}
- name: KAFKA_SINK_SERVICE_ACCOUNT
  value: {{ include "event-sinks.serviceAccountName" (dict "root" . "component" "kafka-sink" "values" .Values.kafkaSink) }}
{{- end }}
- name: WEBHOOK_ENABLED
  value: {{ $parts.webhook | quote }}
{{- if $parts.webhook }}
- name: WEBHOOK_PORT
  value: '8443'
{{- with include "event-sinks.suppliedCertificate" . }}
- name: WEBHOOK_CERTIFICATE_SECRET
  value: {{ . }}
- name: WEBHOOK_CERTIFICATE_SUPPLIED
  value: 'true'
{{- end }}
{{- end }}
{{- end }}

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
{{ include "event-sinks.kafkaEnv" . }}
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

{{/* What the controller may do wherever there are sinks. */}}
{{- define "event-sinks.controllerRules" -}}
{{- $parts := include "event-sinks.parts" . | fromYaml }}
{{- if $parts.jobSinkOwner }}
- apiGroups: [sinks.knative.dev]
  resources: [jobsinks]
  verbs: [get, list, watch]
- apiGroups: [sinks.knative.dev]
  resources: [jobsinks/status]
  verbs: [patch]
{{- else if .Values.jobSink.enabled }}
# Jobs are counted by the JobSinks that there are.
- apiGroups: [sinks.knative.dev]
  resources: [jobsinks]
  verbs: [list]
{{- end }}
{{- if .Values.kafkaSink.enabled }}
# patch puts a finalizer on a sink that created its topic; a spec is never changed.
- apiGroups: [eventing.knative.dev]
  resources: [kafkasinks]
  verbs: [get, list, watch, patch]
- apiGroups: [eventing.knative.dev]
  resources: [kafkasinks/status]
  verbs: [patch]
# Whether the namespace of a sink is being deleted, in which case its topic is kept.
- apiGroups: ['']
  resources: [namespaces]
  verbs: [get]
# Lets itself and the producers read Secrets where a KafkaSink names one: it may bind this one role and no other. A
# name does not limit create, the role does. get and patch make the role the owner of its bindings, which go with it.
- apiGroups: [rbac.authorization.k8s.io]
  resources: [{{ empty .Values.watchNamespaces | ternary "clusterroles" "roles" }}]
  resourceNames: [event-sinks-kafka-sink-secret-reader]
  verbs: [bind, get]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [rolebindings]
  resourceNames: [event-sinks-kafka-sink-secret-reader]
  verbs: [get, list, watch, patch, delete]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [rolebindings]
  verbs: [create]
{{- end }}
# What a person must see of a sink: that it became ready, or why it no longer is.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- if .Values.jobSink.enabled }}
# The sweep: removes Jobs whose event was never stored, and so never acknowledged. patch marks such a Job first.
- apiGroups: [batch]
  resources: [jobs]
  verbs: [list, patch, delete]
# Only ever with dryRun=All: the answer to a create tells whether a Job's Secret is there. Nothing may read it.
- apiGroups: ['']
  resources: [secrets]
  verbs: [create]
{{- end }}
{{- if $parts.jobSinkOwner }}
# Only ever with dryRun=All: the API server judges the template of a JobSink, and asks for the right to create.
- apiGroups: [batch]
  resources: [jobs]
  verbs: [create]
# Why a Job has no running pod: the pods of Jobs that have waited for longer than controller.jobStartTimeout.
- apiGroups: ['']
  resources: [pods]
  verbs: [list]
{{- end }}
{{- end }}

{{/* And in the namespace of the release, for itself. */}}
{{- define "event-sinks.controllerOwnRules" -}}
{{- $parts := include "event-sinks.parts" . | fromYaml }}
{{- $suppliedCertificate := include "event-sinks.suppliedCertificate" . }}
# This Role becomes the owner of what the controller makes here, which then goes with it. Some API servers ask for the right
# to delete before they let an owner be named.
- apiGroups: [rbac.authorization.k8s.io]
  resources: [roles]
  resourceNames: [event-sinks-controller]
  verbs: [get]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [event-sinks-controller]
  verbs: [get, update, delete]
{{ include "event-sinks.featuresRules" . }}
# Which pods of the data planes get events now.
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [get, list, watch]
{{- if $parts.webhook }}
{{- if $suppliedCertificate }}
- apiGroups: ['']
  resources: [secrets]
  resourceNames: [{{ $suppliedCertificate }}]
  verbs: [get]
{{- else }}
# The webhook's certificate. A name does not limit create: the API server does not know it yet.
- apiGroups: ['']
  resources: [secrets]
  resourceNames: [event-sinks-webhook-tls]
  verbs: [get, update, delete]
- apiGroups: ['']
  resources: [secrets]
  verbs: [create]
{{- end }}
{{- end }}
{{- end }}

{{- define "event-sinks.webhookRules" -}}
# To tell API servers whom to trust.
- apiGroups: [admissionregistration.k8s.io]
  resources: [validatingwebhookconfigurations]
  resourceNames: [event-sinks-webhook]
  verbs: [get, patch]
{{- end }}

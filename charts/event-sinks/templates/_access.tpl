{{/*
What an account may do where sinks are: in the whole cluster, or, with watchNamespaces, in these namespaces and nowhere
else. Call with root, component, values, role (a name), rules and, for a hook, annotations (YAML).
*/}}
{{- define "event-sinks.access" -}}
{{- if .root.Values.watchNamespaces }}
{{- range $namespace := .root.Values.watchNamespaces }}
---
{{ include "event-sinks.role" (merge (dict "kind" "Role" "namespace" $namespace) $) }}
---
{{ include "event-sinks.roleBinding" (merge (dict "kind" "Role" "namespace" $namespace) $) }}
{{- end }}
{{- else }}
---
{{ include "event-sinks.role" (merge (dict "kind" "ClusterRole") .) }}
---
{{ include "event-sinks.roleBinding" (merge (dict "kind" "ClusterRole") .) }}
{{- end }}
{{- end }}

{{/* A Role or, without a namespace, a ClusterRole. Call with root, component, kind, namespace, role, rules, annotations. */}}
{{- define "event-sinks.role" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}
metadata:
  name: {{ .role }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "event-sinks.labels" . | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
rules:
  {{- .rules | trim | nindent 2 }}
{{- end }}

{{/* Binds it to the component's account. Call with values besides. */}}
{{- define "event-sinks.roleBinding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}Binding
metadata:
  name: {{ .role }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "event-sinks.labels" . | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .kind }}
  name: {{ .role }}
subjects:
  - kind: ServiceAccount
    name: {{ include "event-sinks.serviceAccountName" . }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}

{{/* In the namespace of the release, for every account: what Knative's features ask of those who take events. */}}
{{- define "event-sinks.featuresRules" -}}
# The name limits list and watch too, since they are asked for with a field selector.
- apiGroups: ['']
  resources: [configmaps]
  resourceNames: [config-features]
  verbs: [get, list, watch]
{{- end }}

{{/* Annotations of an object of a hook. Call with hook, weight and deletePolicy. */}}
{{- define "event-sinks.hookAnnotations" -}}
helm.sh/hook: {{ .hook }}
helm.sh/hook-weight: {{ .weight | quote }}
helm.sh/hook-delete-policy: {{ .deletePolicy }}
{{- end }}

{{/*
The Job of `helm uninstall` and its account, which are only there while it runs. A Job that failed stays, for its log. Call
with root, component, role (also the account's and the Job's name), hook, container, script (a file), seconds and env (YAML).
*/}}
{{- define "event-sinks.uninstallJob" -}}
{{- $labels := include "event-sinks.labels" . -}}
{{- $values := .root.Values -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .role }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- $labels | nindent 4 }}
  annotations:
    {{- .annotations | nindent 4 }}
automountServiceAccountToken: false
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .role }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- $labels | nindent 4 }}
  annotations:
    {{- include "event-sinks.hookAnnotations" (dict "hook" .hook "weight" "0" "deletePolicy" "before-hook-creation,hook-succeeded") | nindent 4 }}
spec:
  backoffLimit: 1
  activeDeadlineSeconds: {{ .seconds }}
  template:
    metadata:
      labels:
        {{- $labels | nindent 8 }}
    spec:
      restartPolicy: Never
      serviceAccountName: {{ .role }}
      automountServiceAccountToken: true
      enableServiceLinks: false
      securityContext:
        {{- toYaml $values.podSecurityContext | nindent 8 }}
      {{- with $values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- include "event-sinks.hookScheduling" (list $values.uninstallHook $values.controller) | nindent 6 }}
      containers:
        - name: {{ .container }}
          image: {{ include "event-sinks.image" (dict "root" .root "component" "controller" "values" $values.controller) }}
          imagePullPolicy: {{ $values.controller.image.pullPolicy | default $values.image.pullPolicy }}
          # The image's entry point is Node.
          args:
            - --input-type=module
            - --eval
            - |
              {{- .root.Files.Get .script | nindent 14 }}
          env:
            {{- .env | nindent 12 }}
            - name: TOKEN_FILE
              value: /var/run/secrets/kubernetes.io/serviceaccount/token
            - name: NODE_EXTRA_CA_CERTS
              value: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
          securityContext:
            {{- toYaml $values.containerSecurityContext | nindent 12 }}
          resources:
            {{- toYaml $values.uninstallHook.resources | nindent 12 }}
{{- end }}

{{- define "event-sinks.deleteSinksRules" -}}
- apiGroups: [eventing.knative.dev]
  resources: [kafkasinks]
  verbs: [list, delete, patch]
{{- end }}

{{- define "event-sinks.deleteSinksEnv" -}}
- name: FINALIZER
  value: kafkasinks.eventing.knative.dev
# Longer than the controller tries to delete a topic unless controller.topicDelete.timeout says so.
- name: WAIT_SECONDS
  value: '120'
{{- end }}

{{/* The kinds whose status this release writes, with the conditions that Knative does not know, as a YAML list. */}}
{{- define "event-sinks.ownKinds" -}}
{{- $isOwn := dict "jobsinks" (include "event-sinks.parts" . | fromYaml).jobSinkOwner "kafkasinks" .Values.kafkaSink.enabled -}}
{{- $kinds := list -}}
{{- range (.Files.Get "files/own-conditions.yaml" | fromYaml).kinds -}}
{{- if get $isOwn .plural }}{{ $kinds = append $kinds . }}{{ end -}}
{{- end -}}
{{- toYaml $kinds -}}
{{- end }}

{{- define "event-sinks.removeConditionsRules" -}}
{{- range . }}
- apiGroups: [{{ .group }}]
  resources: [{{ .plural }}]
  verbs: [list]
- apiGroups: [{{ .group }}]
  resources: [{{ .plural }}/status]
  verbs: [patch]
{{- end }}
{{- end }}

{{- define "event-sinks.removeConditionsEnv" -}}
- name: KINDS
  value: {{ toJson .kinds | quote }}
# All namespaces when empty.
- name: NAMESPACES
  value: {{ join "," .root.Values.watchNamespaces | quote }}
- name: WAIT_SECONDS
  value: '60'
{{- end }}

{{/*
A Deployment and what goes with it. Call with
  root, component, key (the component's name in the values), values,
  env (YAML of variables that follow from the installation), ports (YAML), probePort, podLabels (dict, may be empty).
*/}}
{{- define "event-sinks.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "event-sinks.deploymentName" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "event-sinks.labels" . | nindent 4 }}
spec:
  {{- if not .values.autoscaling.enabled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "event-sinks.selector" . | nindent 6 }}
  strategy:
    rollingUpdate:
      maxUnavailable: 0
  template:
    metadata:
      {{- with .values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      labels:
        {{- merge (dict) .podLabels .values.podLabels (include "event-sinks.labels" . | fromYaml) | toYaml | nindent 8 }}
    spec:
      {{- include "event-sinks.podSpec" . | nindent 6 }}
      containers:
        - name: {{ .component }}
          image: {{ include "event-sinks.image" . }}
          imagePullPolicy: {{ .values.image.pullPolicy | default .root.Values.image.pullPolicy }}
          env:
            {{- $env := printf "%s\n%s" .env (include "event-sinks.settings" .) }}
            {{- $env | nindent 12 }}
            {{- range $variable := $env | fromYamlArray }}
            {{- range $extra := $.values.extraEnv }}
            {{- if eq $variable.name (get $extra "name" | toString) }}
            {{- printf "%s.extraEnv must not set %s: the chart sets it, from a value of its own where there is one." $.key $variable.name | fail }}
            {{- end }}
            {{- end }}
            {{- end }}
            {{- with .values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            {{- .ports | nindent 12 }}
          readinessProbe:
            httpGet: { path: /readyz, port: {{ .probePort }} }
            {{- toYaml .values.readinessProbe | nindent 12 }}
          livenessProbe:
            httpGet: { path: /healthz, port: {{ .probePort }} }
            {{- toYaml .values.livenessProbe | nindent 12 }}
          securityContext:
            {{- toYaml .root.Values.containerSecurityContext | nindent 12 }}
          resources:
            {{- toYaml .values.resources | nindent 12 }}
          {{- with .values.extraVolumeMounts }}
          volumeMounts:
            {{- toYaml . | nindent 12 }}
          {{- end }}
{{- if .values.serviceAccount.create }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "event-sinks.serviceAccountName" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "event-sinks.labels" . | nindent 4 }}
  {{- with .values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
# The Deployment's own pods ask for it; nobody else who runs under this account gets a token unasked.
automountServiceAccountToken: false
{{- end }}
{{- if .values.podDisruptionBudget.enabled }}
---
{{ include "event-sinks.podDisruptionBudget" . }}
{{- end }}
{{- if .values.autoscaling.enabled }}
---
{{ include "event-sinks.autoscaler" . }}
{{- end }}
{{- if .root.Values.networkPolicy.enabled }}
---
{{ include "event-sinks.networkPolicy" . }}
{{- end }}
{{- end }}

{{/* What a component's pods have beside their container. */}}
{{- define "event-sinks.podSpec" -}}
serviceAccountName: {{ include "event-sinks.serviceAccountName" . }}
automountServiceAccountToken: true
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
securityContext:
  {{- toYaml .root.Values.podSecurityContext | nindent 2 }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- range $field := list "nodeSelector" "tolerations" "affinity" }}
{{- with index $.values $field }}
{{ $field }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with .values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range $constraint := . }}
  {{- $ownPods := dict "labelSelector" (dict "matchLabels" (include "event-sinks.selector" $ | fromYaml)) }}
  - {{ merge (dict) $constraint $ownPods | toYaml | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- with .values.extraVolumes }}
volumes:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

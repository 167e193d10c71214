{{- define "event-sinks.podDisruptionBudget" -}}
{{- $budget := .values.podDisruptionBudget -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "event-sinks.deploymentName" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "event-sinks.labels" . | nindent 4 }}
spec:
  {{- if ne (toString $budget.minAvailable) "" }}
  minAvailable: {{ $budget.minAvailable }}
  {{- else }}
  maxUnavailable: {{ $budget.maxUnavailable }}
  {{- end }}
  # A pod that is not ready serves nobody, and must not keep a node from being drained.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "event-sinks.selector" . | nindent 6 }}
{{- end }}

{{- define "event-sinks.autoscaler" -}}
{{- $scaling := .values.autoscaling -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "event-sinks.deploymentName" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "event-sinks.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "event-sinks.deploymentName" . }}
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ $scaling.targetCPUUtilizationPercentage }}
  {{- with $scaling.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/*
Who reaches the pods, and whom they reach. The API server has no labels to select it by, so its ports stand for it.
Brokers and token endpoints are anywhere, on any port, and only those who talk to Kafka may go there.
*/}}
{{- define "event-sinks.networkPolicy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "event-sinks.deploymentName" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "event-sinks.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "event-sinks.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - ports:
        {{- range $port := .ports | fromYamlArray }}
        - { port: {{ $port.name }}, protocol: TCP }
        {{- end }}
  egress:
    {{- if .reachesKafka }}
    - {}
    {{- else }}
    - ports:
        - { port: 53, protocol: UDP }
        - { port: 53, protocol: TCP }
        {{- range .root.Values.networkPolicy.apiServerPorts }}
        - { port: {{ . }}, protocol: TCP }
        {{- end }}
        {{- with dig "tracing" "endpoint" "" .values }}
        {{- $url := urlParse . }}
        {{- $ownPort := regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) }}
        # Where spans are sent.
        - { port: {{ $ownPort | default (ternary "443" "80" (eq $url.scheme "https")) }}, protocol: TCP }
        {{- end }}
    {{- if eq .component "controller" }}
    # Asks the dispatcher's pods what they serve.
    - to:
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: job-sink
              app.kubernetes.io/instance: {{ .root.Release.Name }}
      ports:
        - { port: http, protocol: TCP }
    {{- end }}
    {{- end }}
{{- end }}

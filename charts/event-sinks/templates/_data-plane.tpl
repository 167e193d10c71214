{{/*
What takes events over HTTP. Call with root, component, key, values, service (empty where it is somebody else's),
reachesKafka, podLabels, and rules (YAML of what it may do where its sinks are).
*/}}
{{- define "event-sinks.dataPlane" -}}
{{- $env := list (dict "name" "PORT" "value" "8080") (dict "name" "METRICS_PORT" "value" "9092") (dict "name" "SYSTEM_NAMESPACE" "value" .root.Release.Namespace) | toYaml }}
{{- if .reachesKafka }}
{{- $env = printf "%s\n%s" $env (include "event-sinks.kafkaEnv" .root) }}
{{- end }}
{{- $ports := list (dict "name" "http" "containerPort" 8080) (dict "name" "http-metrics" "containerPort" 9092) | toYaml }}
{{- $context := merge (dict "env" $env "ports" $ports "probePort" "http") . }}
{{ include "event-sinks.deployment" $context }}
{{- if .service }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .service }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "event-sinks.labels" . | nindent 4 }}
spec:
  selector:
    {{- include "event-sinks.selector" . | nindent 4 }}
  ports:
    - name: http
      port: 80
      targetPort: http
    - name: http-metrics
      port: 9092
      targetPort: http-metrics
{{- end }}
{{ include "event-sinks.access" (merge (dict "role" (printf "event-sinks-%s" .component)) .) }}
{{- $features := dict "kind" "Role" "namespace" .root.Release.Namespace "role" (printf "event-sinks-%s-features" .component) }}
{{- $features = merge $features (dict "rules" (include "event-sinks.featuresRules" .)) . }}
---
{{ include "event-sinks.role" $features }}
---
{{ include "event-sinks.roleBinding" $features }}
{{- end }}

{{/* What the apps that connect to Kafka must not be sent to: every Service that the API server or this release has. */}}
{{- define "event-sinks.kafkaEnv" -}}
{{- $hosts := list (printf "kubernetes.default.svc.%s." .Values.clusterDomain) -}}
{{- range $service := list "job-sink" "kafka-sink-ingress" "event-sinks-webhook" "event-sinks-metrics" -}}
{{- $hosts = append $hosts (printf "%s.%s.svc.%s." $service $.Release.Namespace $.Values.clusterDomain) -}}
{{- end -}}
- name: KAFKA_DENIED_SERVICES
  value: {{ join "," $hosts }}
{{- end }}

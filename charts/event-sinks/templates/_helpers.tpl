{{/* Labels of every object. Call with (dict "root" $ "component" "job-sink"). */}}
{{- define "event-sinks.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: event-sinks
{{ include "event-sinks.selector" . }}
{{- end }}

{{/* Labels that select a component's pods; never to be changed, since a Deployment's selector cannot be. */}}
{{- define "event-sinks.selector" -}}
app.kubernetes.io/name: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* The image of a component. Call with (dict "root" $ "component" "job-sink" "values" $.Values.jobSink). */}}
{{- define "event-sinks.image" -}}
{{ .root.Values.image.registry }}/{{ .component }}:{{ .values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* Pod fields that are the same for every component: the restricted Pod Security Standard. */}}
{{- define "event-sinks.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "event-sinks.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* A data plane: Deployment and Service. Call with root, component, service, values, and extra pod labels. */}}
{{- define "event-sinks.dataPlane" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .service }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "event-sinks.labels" . | nindent 4 }}
spec:
  replicas: {{ .values.replicas }}
  selector:
    matchLabels:
      {{- include "event-sinks.selector" . | nindent 6 }}
  strategy:
    rollingUpdate:
      maxUnavailable: 0
  template:
    metadata:
      labels:
        {{- include "event-sinks.labels" . | nindent 8 }}
        {{- with .podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ .service }}
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
      {{- include "event-sinks.podSecurity" .root | nindent 6 }}
      containers:
        - name: {{ .component }}
          image: {{ include "event-sinks.image" . }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          env:
            - name: PORT
              value: '8080'
            - name: METRICS_PORT
              value: '9092'
            - name: LOG_LEVEL
              value: {{ .values.logLevel }}
            - name: MAX_EVENT_BYTES
              value: {{ .values.maxEventBytes | int64 | quote }}
            - name: DRAIN_DELAY
              value: {{ .values.drainDelay | quote }}
            - name: DRAIN_TIMEOUT
              value: {{ .values.drainTimeout | quote }}
          ports:
            - name: http
              containerPort: 8080
            - name: http-metrics
              containerPort: 9092
          readinessProbe:
            httpGet: { path: /readyz, port: http }
            periodSeconds: 2
          livenessProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
          {{- include "event-sinks.containerSecurity" .root | nindent 10 }}
          resources:
            {{- toYaml .values.resources | nindent 12 }}
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
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .service }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "event-sinks.labels" . | nindent 4 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: event-sinks-{{ .component }}
  labels:
    {{- include "event-sinks.labels" . | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: event-sinks-{{ .component }}
subjects:
  - kind: ServiceAccount
    name: {{ .service }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}

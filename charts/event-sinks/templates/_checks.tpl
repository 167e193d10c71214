{{/*
Knative Eventing is here when a definition bears its labels or its controller runs. Without a cluster to ask, as in
`helm template`, nothing is found and nothing is refused. Neither is anything asked where somebody may install who has
rights in some namespaces only, since Helm ends when a question is forbidden.
*/}}
{{- define "event-sinks.checkMode" -}}
{{- if or .Values.crds.enabled (empty .Values.watchNamespaces) -}}
{{- include "event-sinks.checkCluster" . -}}
{{- end -}}
{{- end }}

{{- define "event-sinks.checkCluster" -}}
{{- $found := "" -}}
{{- with lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "jobsinks.sinks.knative.dev" -}}
{{- if eq (dig "metadata" "labels" "app.kubernetes.io/name" "" .) "knative-eventing" -}}
{{- $found = "the CustomResourceDefinition jobsinks.sinks.knative.dev is Knative's" -}}
{{- end -}}
{{- end -}}
{{- range $namespace := list .Release.Namespace "knative-eventing" | uniq -}}
{{- if lookup "apps/v1" "Deployment" $namespace "eventing-controller" -}}
{{- $found = printf "the Deployment eventing-controller runs in the namespace %s" $namespace -}}
{{- end -}}
{{- end -}}
{{- if and $found (eq .Values.mode "standalone") .Values.jobSink.enabled -}}
{{- printf "Knative Eventing is installed here (%s), and two controllers would fight over every JobSink. Set mode=alongside to bring the dispatcher behind Knative's JobSink and all of KafkaSink, or jobSink.enabled=false to bring KafkaSink alone." $found | fail -}}
{{- end -}}
{{- if and (eq .Values.mode "alongside") (not $found) (lookup "v1" "Namespace" "" "kube-system") -}}
{{- fail "mode=alongside is for clusters with Knative Eventing, and none was found: neither its CustomResourceDefinition jobsinks.sinks.knative.dev nor the Deployment eventing-controller. Without it no JobSink would have a definition, an address or a Service. Install Knative Eventing first, or set mode=standalone." -}}
{{- end -}}
{{- if and (eq .Values.mode "alongside") $found .Values.jobSink.enabled -}}
{{- if not (lookup "v1" "Service" .Release.Namespace "job-sink") -}}
{{- printf "mode=alongside puts the dispatcher behind Knative's own Service job-sink, and the namespace %s has none. Install this chart into Knative's namespace: --namespace knative-eventing." .Release.Namespace | fail -}}
{{- end -}}
{{- end -}}
{{- if .Values.kafkaSink.enabled -}}
{{- with lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "kafkasinks.eventing.knative.dev" -}}
{{- if ne (dig "metadata" "labels" "app.kubernetes.io/part-of" "event-sinks" .) "event-sinks" -}}
{{- fail "The CustomResourceDefinition kafkasinks.eventing.knative.dev belongs to another installation, Knative's Kafka broker most likely, whose controller would fight over every KafkaSink. Remove that one, or set kafkaSink.enabled=false." -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Helm would stop half-way at the first Role of a namespace that is not there. Looks only where a cluster can be asked: in
`helm template` there is none, and neither namespace is found.
*/}}
{{- define "event-sinks.checkNamespaces" -}}
{{- if .Values.watchNamespaces -}}
{{- if or (lookup "v1" "Namespace" "" .Release.Namespace) (lookup "v1" "Namespace" "" "kube-system") -}}
{{- range .Values.watchNamespaces -}}
{{- if not (lookup "v1" "Namespace" "" .) -}}
{{- printf "watchNamespaces names the namespace %s, which is not there, so that no Role can be made in it. Create it first (kubectl create namespace %s), or take it out of the list." . . | fail -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Values that contradict each other, which a schema cannot tell. */}}
{{- define "event-sinks.checkValues" -}}
{{- if not (or .Values.controller.enabled .Values.jobSink.enabled .Values.kafkaSink.enabled) -}}
{{- fail "Nothing is left to install: set controller.enabled, jobSink.enabled or kafkaSink.enabled." -}}
{{- end -}}
{{- range $key := list "controller" "jobSink" "kafkaSink" -}}
{{- $values := index $.Values $key -}}
{{- if and (not $values.serviceAccount.create) (not $values.serviceAccount.name) -}}
{{- printf "%s.serviceAccount.create=false needs %s.serviceAccount.name, the account to use instead." $key $key | fail -}}
{{- end -}}
{{- with $values.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- printf "%s.autoscaling.minReplicas is %v and so more than maxReplicas, %v." $key .minReplicas .maxReplicas | fail -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

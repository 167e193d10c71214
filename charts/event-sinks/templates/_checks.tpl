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
{{- include "event-sinks.checkPriorityClasses" . -}}
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

{{/*
What ConfigMap config-features asks for and this version does not enforce, as `key: value`; nothing where that is nothing.
Read as the data planes read it: a value that Knative does not know counts as the strictest one.
*/}}
{{- define "event-sinks.unenforced" -}}
{{- $unenforced := list -}}
{{- with lookup "v1" "ConfigMap" .Release.Namespace "config-features" -}}
{{- range $key, $value := .data -}}
{{- $known := get (dict "authentication-oidc" (list "disabled") "transport-encryption" (list "disabled" "permissive")) (trim $key) -}}
{{- if and $known (not (has (lower $value) $known)) -}}
{{- $unenforced = append $unenforced (printf "%s: %s" (trim $key) $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- join ", " $unenforced -}}
{{- end }}

{{- define "event-sinks.checkFeatures" -}}
{{- $unenforced := include "event-sinks.unenforced" . -}}
{{- if and $unenforced (not .Values.security.acceptUnenforced) -}}
{{- printf "ConfigMap config-features in the namespace %s asks for %s, which this version does not enforce: its data planes would refuse every event with 503. Set the feature to disabled, or accept that every sender is let in, over plain HTTP, with security.acceptUnenforced=true." .Release.Namespace $unenforced | fail -}}
{{- end -}}
{{- end }}

{{/* Values that a schema takes one by one, and that would break at run time. Each check names the value and the remedy. */}}
{{- define "event-sinks.checkValues" -}}
{{- if not (or .Values.controller.enabled .Values.jobSink.enabled .Values.kafkaSink.enabled) -}}
{{- fail "Nothing is left to install: set controller.enabled, jobSink.enabled or kafkaSink.enabled." -}}
{{- end -}}
{{- include "event-sinks.checkBounds" . -}}
{{- include "event-sinks.checkOrders" . -}}
{{- include "event-sinks.checkLabels" . -}}
{{- include "event-sinks.checkServiceAccounts" . -}}
{{- include "event-sinks.checkSecurity" . -}}
{{- range $key, $component := dict "controller" "controller" "jobSink" "job-sink" "kafkaSink" "kafka-sink" -}}
{{- $values := index $.Values $key -}}
{{- if $values.enabled -}}
{{- $context := dict "root" $ "key" $key "component" $component "values" $values -}}
{{- include "event-sinks.checkAvailability" $context -}}
{{- include "event-sinks.checkGracePeriod" $context -}}
{{- include "event-sinks.checkMemory" $context -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The value at a path with dots, as people write it. Call with root and path. */}}
{{- define "event-sinks.valueText" -}}
{{- $value := .root.Values -}}
{{- range splitList "." .path }}{{ $value = index $value . }}{{ end -}}
{{- if kindIs "string" $value }}{{ $value }}{{ else }}{{ $value | int64 }}{{ end -}}
{{- end }}

{{/* The same as a number that can be compared: an integer, or the milliseconds of a duration. */}}
{{- define "event-sinks.amount" -}}
{{- $text := include "event-sinks.valueText" . -}}
{{- if regexMatch "[a-z]" $text }}{{ include "event-sinks.milliseconds" $text }}{{ else }}{{ $text }}{{ end -}}
{{- end }}

{{/* A duration such as 500ms, 10s or 1m30s in milliseconds. */}}
{{- define "event-sinks.milliseconds" -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 -}}
{{- $total := 0.0 -}}
{{- range regexFindAll "[0-9.]+[a-z]+" . -1 -}}
{{- $total = addf $total (mulf (regexFind "^[0-9.]+" .) (get $units (regexFind "[a-z]+$" .))) -}}
{{- end -}}
{{- $total | int64 -}}
{{- end }}

{{/* A quantity such as 384Mi or 1G in bytes; nothing where it is written in another way. */}}
{{- define "event-sinks.bytes" -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $text := ternary . (. | int64 | toString) (kindIs "string" .) -}}
{{- if regexMatch "^[0-9.]+(k|M|G|T|Ki|Mi|Gi|Ti)?$" $text -}}
{{- mulf (regexFind "^[0-9.]+" $text) (get $units (regexFind "[A-Za-z]*$" $text)) | int64 -}}
{{- end -}}
{{- end }}

{{/* Durations that the app would not start with. */}}
{{- define "event-sinks.checkBounds" -}}
{{- range $settings := .Files.Get "files/settings.yaml" | fromYaml -}}
{{- range $setting := $settings -}}
{{- if $setting.longest -}}
{{- $amount := include "event-sinks.amount" (dict "root" $ "path" $setting.value) | int64 -}}
{{- $isInside := and (ge $amount (include "event-sinks.milliseconds" $setting.shortest | int64)) (le $amount (include "event-sinks.milliseconds" $setting.longest | int64)) -}}
{{- if not $isInside -}}
{{- printf "%s is %s, and must be from %s to %s." $setting.value (include "event-sinks.valueText" (dict "root" $ "path" $setting.value)) $setting.shortest $setting.longest | fail -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "event-sinks.checkOrders" -}}
{{- range $order := (.Files.Get "files/orders.yaml" | fromYaml).orders -}}
{{- $smaller := dict "root" $ "path" $order.smaller -}}
{{- $larger := dict "root" $ "path" $order.larger -}}
{{- $difference := sub (include "event-sinks.amount" $larger | int64) (include "event-sinks.amount" $smaller | int64) -}}
{{- if or (lt $difference 0) (and $order.strict (eq $difference 0)) -}}
{{- printf "%s is %s, and must be %s %s, which is %s, or %s." $order.smaller (include "event-sinks.valueText" $smaller) (ternary "less than" "at most" $order.strict) $order.larger (include "event-sinks.valueText" $larger) $order.otherwise | fail -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Labels by which the chart's own selectors, Knative's Service and aggregated roles pick objects. */}}
{{- define "event-sinks.checkLabels" -}}
{{- $reserved := list "helm.sh/chart" "sinks.knative.dev/sink" "duck.knative.dev/addressable" -}}
{{- range list "name" "instance" "version" "component" "part-of" "managed-by" -}}
{{- $reserved = append $reserved (printf "app.kubernetes.io/%s" .) -}}
{{- end -}}
{{- $given := dict "commonLabels" .Values.commonLabels -}}
{{- range list "controller" "jobSink" "kafkaSink" -}}
{{- $_ := set $given (printf "%s.podLabels" .) (index $.Values .).podLabels -}}
{{- end -}}
{{- range list "podMonitor" "serviceMonitor" "prometheusRule" "dashboards" -}}
{{- $_ := set $given (printf "monitoring.%s.labels" .) (index $.Values.monitoring .).labels -}}
{{- end -}}
{{- range $path, $labels := $given -}}
{{- range $label, $_ := $labels -}}
{{- if or (has $label $reserved) (hasPrefix "rbac.authorization.k8s.io/aggregate-to-" $label) -}}
{{- printf "%s must not set the label %s: selectors depend on it. Remove it, or use another name." $path $label | fail -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Two components under one account would each have the rights of both. */}}
{{- define "event-sinks.checkServiceAccounts" -}}
{{- $owners := dict "event-sinks-uninstall" "the hook of helm uninstall" -}}
{{- range $key, $component := dict "controller" "controller" "jobSink" "job-sink" "kafkaSink" "kafka-sink" -}}
{{- $values := index $.Values $key -}}
{{- if $values.enabled -}}
{{- if and (not $values.serviceAccount.create) (not $values.serviceAccount.name) -}}
{{- printf "%s.serviceAccount.create=false needs %s.serviceAccount.name, the account to use instead." $key $key | fail -}}
{{- end -}}
{{- $name := include "event-sinks.serviceAccountName" (dict "root" $ "component" $component "values" $values) -}}
{{- with get $owners $name -}}
{{- printf "The ServiceAccount %s is that of %s and of %s, and each would have the rights of both. Set %s.serviceAccount.name to another name." $name . $key $key | fail -}}
{{- end -}}
{{- $_ := set $owners $name $key -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "event-sinks.checkSecurity" -}}
{{- $security := merge (dict) .Values.containerSecurityContext .Values.podSecurityContext -}}
{{- if and (dig "runAsNonRoot" false $security) (eq (dig "runAsUser" "" $security | toString) "0") -}}
{{- fail "runAsUser is 0 and runAsNonRoot is true, so that no container would start. Set podSecurityContext.runAsUser to another user, or to null where the platform chooses one." -}}
{{- end -}}
{{- with .Values.webhook.certificate -}}
{{- if and .secretName .certManager.enabled -}}
{{- printf "webhook.certificate.secretName is %s and webhook.certificate.certManager.enabled is true, so that cert-manager would overwrite that Secret. Set one of them." .secretName | fail -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "event-sinks.checkAvailability" -}}
{{- $replicas := ternary .values.autoscaling.minReplicas .values.replicas .values.autoscaling.enabled | int -}}
{{- if .values.autoscaling.enabled -}}
{{- with .values.autoscaling -}}
{{- if gt (int .minReplicas) (int .maxReplicas) -}}
{{- printf "%s.autoscaling.minReplicas is %v and so more than maxReplicas, %v." $.key .minReplicas .maxReplicas | fail -}}
{{- end -}}
{{- end -}}
{{- if not (dig "requests" "cpu" "" .values.resources) -}}
{{- printf "%s.autoscaling.enabled needs %s.resources.requests.cpu: the autoscaler compares the CPU that is used with the CPU that is requested." .key .key | fail -}}
{{- end -}}
{{- end -}}
{{- if and .values.podDisruptionBudget.enabled (gt $replicas 0) -}}
{{- include "event-sinks.checkDisruptions" (dict "key" .key "budget" .values.podDisruptionBudget "replicas" $replicas) -}}
{{- end -}}
{{- end }}

{{/* A budget that lets no pod go keeps every node with such a pod from being drained. Kubernetes rounds percentages up. */}}
{{- define "event-sinks.checkDisruptions" -}}
{{- $available := .budget.minAvailable | toString -}}
{{- $pods := 0 -}}
{{- if hasSuffix "%" $available -}}
{{- $pods = divf (mulf (trimSuffix "%" $available) .replicas) 100 | ceil | int -}}
{{- else -}}
{{- $pods = int $available -}}
{{- end -}}
{{- if ge $pods .replicas -}}
{{- printf "%s.podDisruptionBudget.minAvailable is %s of %d pods, so that no node with such a pod could be drained. Set more replicas, or maxUnavailable instead." .key $available .replicas | fail -}}
{{- end -}}
{{- if and (eq $available "") (has (.budget.maxUnavailable | toString) (list "" "0" "0%")) -}}
{{- printf "%s.podDisruptionBudget.maxUnavailable is %q, so that no node with such a pod could be drained. Set 1 or more." .key (.budget.maxUnavailable | toString) | fail -}}
{{- end -}}
{{- end }}

{{/* The app ends by itself two seconds after its drain; the kubelet must not end it before. */}}
{{- define "event-sinks.checkGracePeriod" -}}
{{- $paths := list -}}
{{- if ne .key "controller" -}}
{{- $paths = list (printf "%s.drainDelay" .key) (printf "%s.drainTimeout" .key) -}}
{{- else if (include "event-sinks.parts" .root | fromYaml).webhook -}}
{{- $paths = list "webhook.drainDelay" -}}
{{- end -}}
{{- if $paths -}}
{{- $needed := 2000 -}}
{{- range $paths -}}
{{- $needed = add $needed (include "event-sinks.amount" (dict "root" $.root "path" .) | int64) -}}
{{- end -}}
{{- if lt (mul 1000 (int64 .values.terminationGracePeriodSeconds)) $needed -}}
{{- printf "%s.terminationGracePeriodSeconds is %d, so that the kubelet would kill pods that still answer. Set %d or more: %s and 2s." .key (int64 .values.terminationGracePeriodSeconds) (divf $needed 1000 | ceil | int64) (join ", " $paths) | fail -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Events in flight are memory. */}}
{{- define "event-sinks.checkMemory" -}}
{{- $limit := dig "limits" "memory" "" .values.resources -}}
{{- $bytes := include "event-sinks.bytes" $limit -}}
{{- if and (hasKey .values "maxInFlightBytes") $bytes -}}
{{- if ge (int64 .values.maxInFlightBytes) (int64 $bytes) -}}
{{- printf "%s.maxInFlightBytes is %d, and must be less than %s.resources.limits.memory, which is %v, or the kernel kills pods under load." .key (int64 .values.maxInFlightBytes) .key $limit | fail -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Pods of a class that is not there are never created. Asks the cluster, where there is one. */}}
{{- define "event-sinks.checkPriorityClasses" -}}
{{- if lookup "v1" "Namespace" "" "kube-system" -}}
{{- range $path := list "controller" "jobSink" "kafkaSink" "tests" "uninstallHook" -}}
{{- $name := (index $.Values $path).priorityClassName -}}
{{- if and $name (not (lookup "scheduling.k8s.io/v1" "PriorityClass" "" $name)) -}}
{{- printf "%s.priorityClassName is %s, and there is no such PriorityClass. Create it first, or remove the value." $path $name | fail -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

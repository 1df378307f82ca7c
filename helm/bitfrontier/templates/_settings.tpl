{{/*
What the service reads, as YAML: the chart's settings with those of .Values.settings over them. Nothing secret stands here;
secrets reach the service by its environment.
*/}}
{{- define "bitfrontier.settings" -}}
{{- $kubernetes := dict
      "namespace" .Release.Namespace
      "name" (include "bitfrontier.fullname" .)
      "image" (include "bitfrontier.image" (dict "image" .Values.workers.image "context" .))
      "service-url" (printf "http://%s.%s.svc:%d" (include "bitfrontier.fullname" .) .Release.Namespace (int .Values.service.port))
      "artifacts" (dict "claim" (include "bitfrontier.claimName" .) "mount-path" .Values.artifacts.path)
      "classes" (include "bitfrontier.classes" . | fromYaml) -}}
{{- $access := dict "login" "required" "open-metrics" .Values.access.openMetrics -}}
{{- if .Values.access.bootstrapSecret -}}
{{- $_ := set $access "bootstrap-token-file" "/etc/bitfrontier-access/token" -}}
{{- end -}}
{{- with .Values.access.oidc -}}
{{- if .issuer -}}
{{- $oidc := dict "issuer-uri" .issuer "audience" .audience "subject-claim" .subjectClaim "roles-claim" .rolesClaim -}}
{{- if .jwkSetUri -}}
{{- $_ := set $oidc "jwk-set-uri" .jwkSetUri -}}
{{- end -}}
{{- $roles := dict -}}
{{- range $value, $grants := .roles -}}
{{- $_ := set $roles (printf "[%s]" $value) $grants -}}
{{- end -}}
{{- if $roles -}}
{{- $_ := set $oidc "roles" $roles -}}
{{- end -}}
{{- $_ := set $access "oidc" $oidc -}}
{{- end -}}
{{- end -}}
{{- $bitfrontier := dict
      "access" $access
      "artifacts" .Values.artifacts.path
      "datasets" (dict "roots" (list (printf "%s/datasets" .Values.artifacts.path)))
      "launch" (dict "kind" "kubernetes" "kubernetes" $kubernetes) -}}
{{- $settings := dict
      "server" (dict "address" "0.0.0.0" "port" 8080)
      "spring" (dict "datasource" (dict "hikari" (dict "maximum-pool-size" (int .Values.database.poolSize))))
      "bitfrontier" $bitfrontier -}}
{{- toYaml (mustMergeOverwrite $settings (deepCopy .Values.settings)) -}}
{{- end -}}

{{/* Resource classes: values are named as in Kubernetes, settings as in Spring. */}}
{{- define "bitfrontier.classes" -}}
{{- $classes := dict -}}
{{- range $name, $values := .Values.workers.classes -}}
{{- $class := dict -}}
{{- range $key, $value := $values -}}
{{- $_ := set $class (kebabcase $key) $value -}}
{{- end -}}
{{- $_ := set $classes $name $class -}}
{{- end -}}
{{- toYaml $classes -}}
{{- end -}}

{{/* How the service reaches PostgreSQL, and as whom it migrates. */}}
{{- define "bitfrontier.databaseEnv" -}}
{{- $database := .Values.database -}}
{{- $_ := required "database.existingSecret is not set: the secret with url, username and password of PostgreSQL" $database.existingSecret -}}
- name: SPRING_DATASOURCE_URL
  {{- if $database.url }}
  value: {{ $database.url | quote }}
  {{- else }}
  {{- include "bitfrontier.fromSecret" (list $database.existingSecret $database.urlKey) | nindent 2 }}
  {{- end }}
- name: SPRING_DATASOURCE_USERNAME
  {{- include "bitfrontier.fromSecret" (list $database.existingSecret $database.usernameKey) | nindent 2 }}
- name: SPRING_DATASOURCE_PASSWORD
  {{- include "bitfrontier.fromSecret" (list $database.existingSecret $database.passwordKey) | nindent 2 }}
{{- with $database.migration }}
{{- if .existingSecret }}
- name: SPRING_FLYWAY_USER
  {{- include "bitfrontier.fromSecret" (list .existingSecret .usernameKey) | nindent 2 }}
- name: SPRING_FLYWAY_PASSWORD
  {{- include "bitfrontier.fromSecret" (list .existingSecret .passwordKey) | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A reference from [secret, key]. */}}
{{- define "bitfrontier.fromSecret" -}}
valueFrom:
  secretKeyRef:
    name: {{ index . 0 }}
    key: {{ index . 1 }}
{{- end -}}

{{/*
What the service reads, as YAML: the chart's settings with those of .Values.settings over them. Nothing secret stands here;
secrets reach the service by its environment.
*/}}
{{- define "bitfrontier.settings" -}}
{{- $kubernetes := dict
      "namespace" .Release.Namespace
      "name" (include "bitfrontier.fullname" .)
      "image" (include "bitfrontier.image" (dict "image" .Values.workers.image "context" .))
      "user" (int64 .Values.podSecurityContext.runAsUser)
      "classes" (include "bitfrontier.classes" . | fromYaml) -}}
{{- if eq .Values.artifacts.store "volume" -}}
{{- $_ := set $kubernetes "artifacts-claim" (include "bitfrontier.claimName" .) -}}
{{- end -}}
{{- $pullSecrets := list -}}
{{- range .Values.imagePullSecrets -}}
{{- $pullSecrets = append $pullSecrets .name -}}
{{- end -}}
{{- with $pullSecrets -}}
{{- $_ := set $kubernetes "image-pull-secrets" . -}}
{{- end -}}
{{- with .Values.workers.defaultClass -}}
{{- if not (hasKey $.Values.workers.classes .) -}}
{{- fail (printf "workers.defaultClass is '%s', it must be one of workers.classes: %s" . (keys $.Values.workers.classes | sortAlpha | join ", ")) -}}
{{- end -}}
{{- $_ := set $kubernetes "default-class" . -}}
{{- end -}}
{{- with .Values.workers.environment -}}
{{- $_ := set $kubernetes "environment" (include "bitfrontier.verbatimKeys" . | fromYaml) -}}
{{- end -}}
{{- with .Values.datasets -}}
{{- $_ := set $kubernetes "volumes" . -}}
{{- end -}}
{{- $roots := list -}}
{{- if eq .Values.artifacts.store "volume" -}}
{{- $roots = append $roots (printf "%s/datasets" .Values.artifacts.path) -}}
{{- end -}}
{{- range .Values.datasets -}}
{{- $roots = append $roots .path -}}
{{- end -}}
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
{{- with .roles -}}
{{- $_ := set $oidc "roles" (include "bitfrontier.verbatimKeys" . | fromYaml) -}}
{{- end -}}
{{- $_ := set $access "oidc" $oidc -}}
{{- end -}}
{{- end -}}
{{- $bitfrontier := dict
      "access" $access
      "datasets" (dict "roots" $roots)
      "launch" (dict
        "kind" "kubernetes"
        "service-url" (printf "http://%s.%s.svc:%d" (include "bitfrontier.fullname" .) .Release.Namespace (int .Values.service.port))
        "kubernetes" $kubernetes) -}}
{{- if eq .Values.artifacts.store "s3" -}}
{{- $_ := set $bitfrontier "artifact-store" "s3" -}}
{{- $_ := set $bitfrontier "s3" (include "bitfrontier.s3" .Values.artifacts.s3 | fromYaml) -}}
{{- else -}}
{{- $_ := set $bitfrontier "artifacts" .Values.artifacts.path -}}
{{- end -}}
{{- $settings := dict
      "server" (dict "address" "0.0.0.0" "port" 8080)
      "spring" (dict "datasource" (dict "hikari" (dict "maximum-pool-size" (int .Values.database.poolSize))))
      "bitfrontier" $bitfrontier -}}
{{- toYaml (mustMergeOverwrite $settings (deepCopy .Values.settings)) -}}
{{- end -}}

{{- define "bitfrontier.s3" -}}
{{- $s3 := dict "bucket" .bucket "region" .region "path-style" .pathStyle -}}
{{- range $key := list "prefix" "endpoint" "workerEndpoint" -}}
{{- with index $ $key -}}
{{- $_ := set $s3 (kebabcase $key) . -}}
{{- end -}}
{{- end -}}
{{- toYaml $s3 -}}
{{- end -}}

{{/* Resource classes: values are named as in Kubernetes, settings as in Spring. */}}
{{- define "bitfrontier.classes" -}}
{{- $classes := dict -}}
{{- range $name, $values := .Values.workers.classes -}}
{{- $class := dict -}}
{{- range $key, $value := $values -}}
{{- if has $key (list "nodeSelector" "environment") -}}
{{- $value = include "bitfrontier.verbatimKeys" $value | fromYaml -}}
{{- end -}}
{{- $_ := set $class (kebabcase $key) $value -}}
{{- end -}}
{{- $_ := set $classes $name $class -}}
{{- end -}}
{{- toYaml $classes -}}
{{- end -}}

{{/* A map whose keys Spring takes as they are; without brackets it would drop dots, slashes and capitals. */}}
{{- define "bitfrontier.verbatimKeys" -}}
{{- $verbatim := dict -}}
{{- range $key, $value := . -}}
{{- $_ := set $verbatim (printf "[%s]" $key) $value -}}
{{- end -}}
{{- toYaml $verbatim -}}
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

{{/* The object store's credentials, where the service account does not bring them. */}}
{{- define "bitfrontier.objectStoreEnv" -}}
{{- $s3 := .Values.artifacts.s3 -}}
{{- if and (eq .Values.artifacts.store "s3") $s3.credentialsSecret -}}
- name: AWS_ACCESS_KEY_ID
  {{- include "bitfrontier.fromSecret" (list $s3.credentialsSecret $s3.accessKeyIdKey) | nindent 2 }}
- name: AWS_SECRET_ACCESS_KEY
  {{- include "bitfrontier.fromSecret" (list $s3.credentialsSecret $s3.secretAccessKeyKey) | nindent 2 }}
{{- end -}}
{{- end -}}

{{/* A reference from [secret, key]. */}}
{{- define "bitfrontier.fromSecret" -}}
valueFrom:
  secretKeyRef:
    name: {{ index . 0 }}
    key: {{ index . 1 }}
{{- end -}}

{{/* Names and labels. */}}

{{- define "bitfrontier.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* The installation's name. Room is left for what is appended to it. */}}
{{- define "bitfrontier.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "bitfrontier.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "bitfrontier.selectorLabels" -}}
app.kubernetes.io/name: {{ include "bitfrontier.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: service
{{- end -}}

{{- define "bitfrontier.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "bitfrontier.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: bitfrontier
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "bitfrontier.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "bitfrontier.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "bitfrontier.claimName" -}}
{{- default (printf "%s-artifacts" (include "bitfrontier.fullname" .)) .Values.artifacts.existingClaim -}}
{{- end -}}

{{/* An image reference from {image, context}: by digest where there is one. */}}
{{- define "bitfrontier.image" -}}
{{- if .image.digest -}}
{{- printf "%s@%s" .image.repository .image.digest -}}
{{- else -}}
{{- printf "%s:%s" .image.repository (default .context.Chart.AppVersion .image.tag) -}}
{{- end -}}
{{- end -}}

{{/* The restricted pod security standard, which the service's pods meet. */}}
{{- define "bitfrontier.podSecurityContext" -}}
runAsNonRoot: true
seccompProfile:
  type: RuntimeDefault
{{ toYaml .Values.podSecurityContext }}
{{- end -}}

{{/* The pods of this installation's workers, as the service labels them. */}}
{{- define "bitfrontier.workerSelectorLabels" -}}
app.kubernetes.io/name: bitfrontier-worker
app.kubernetes.io/instance: {{ include "bitfrontier.fullname" . }}
{{- end -}}

{{- define "satupintu.name" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- end }}

{{- define "satupintu.labels" -}}
app.kubernetes.io/part-of: satupintu
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ default .Chart.AppVersion .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods of one process: (list root name) */}}
{{- define "satupintu.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- end }}

{{- define "satupintu.image" -}}
{{- $root := index . 0 -}}
{{ with $root.Values.image.registry }}{{ . }}/{{ end }}satupintu-{{ index . 1 }}:{{ default $root.Chart.AppVersion $root.Values.image.tag }}
{{- end }}

{{- define "satupintu.bootstrap" -}}
{{ default (printf "%s-kafka-bootstrap:9093" .Values.strimzi.clusterName) .Values.kafka.bootstrap }}
{{- end }}

{{- define "satupintu.caSecret" -}}
{{ if .Values.kafka.caSecret }}{{ .Values.kafka.caSecret }}{{ else if .Values.strimzi.enabled }}{{ .Values.strimzi.clusterName }}-cluster-ca-cert{{ end }}
{{- end }}

{{- define "satupintu.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "satupintu.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* Every SATUPINTU_ variable, by the values. A setting of `settings` takes precedence. */}}
{{- define "satupintu.settings" -}}
{{- $v := .Values -}}
{{- $s := dict
  "PRODUCTION" "1" "HOST" "0.0.0.0" "HEALTH_HOST" "0.0.0.0" "PORT" "8000" "HEALTH_PORT" "8002"
  "HOSTS" (join "," (prepend $v.otherHosts $v.host))
  "TRUSTED_PROXIES" (join "," $v.trustedProxies)
  "PARTS_URL" (printf "https://%s" $v.host)
  "STORE_URL" $v.databases.store "KEYRING_URL" $v.databases.keyring "VAULT_URL" $v.databases.vault
  "ERASURES_URL" $v.databases.erasures "LIMITS_URL" $v.databases.limits "VIEWS_URL" $v.databases.views
  "OFFICES_URL" $v.databases.offices "SESSIONS_URL" $v.databases.sessions "ACCESS_LOG_URL" $v.databases.accessLog
  "ATTACHMENTS_URL" $v.attachments.url
  "OIDC_ISSUER" $v.oidc.issuer "OIDC_CLIENT_ID" $v.oidc.clientId "OIDC_AUDIENCE" $v.oidc.audience
  "OIDC_ROLES_CLAIM" $v.oidc.rolesClaim "OIDC_SCOPES" $v.oidc.scopes
  "OIDC_CLIENT_SECRET_FILE" "/run/satupintu/oidc/oidc-client.secret"
  "MASTER_KEY_FILE" "/run/satupintu/keys/master.key" "CODE_SECRET_FILE" "/run/satupintu/keys/code.secret"
  "KAFKA" (include "satupintu.bootstrap" .) "KAFKA_SECURITY" "sasl-tls"
  "KAFKA_SECRETS_DIR" "/run/satupintu/kafka"
  "KAFKA_ADMIN" (default (include "satupintu.bootstrap" .) $v.kafka.admin)
  "KAFKA_ADMIN_MECHANISM" (ternary "SCRAM-SHA-512" $v.kafka.adminMechanism $v.strimzi.enabled)
-}}
{{- if include "satupintu.caSecret" . }}{{ $_ := set $s "KAFKA_CA_FILE" "/run/satupintu/kafka-ca/ca.pem" }}{{ end }}
{{- if $v.secrets.attachments }}{{ $_ := set $s "ATTACHMENTS_CREDENTIALS_FILE" "/run/satupintu/attachments/credentials" }}{{ end }}
{{- range $name, $value := $v.settings }}{{ $_ := set $s (upper $name) (toString $value) }}{{ end }}
{{- range $name := keys $s | sortAlpha }}
- { name: SATUPINTU_{{ $name }}, value: {{ get $s $name | quote }} }
{{- end }}
{{- if $v.secrets.databases }}
- { name: PGSERVICEFILE, value: /run/satupintu/databases/pg_service.conf }
{{- end }}
{{- range $name, $value := $v.environment }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}

{{/*
A pod that runs a process of the platform.
root, name, part (of the image), args, resources; kafka: users whose passwords it reads; oidc: whether it signs people in;
files: whether it keeps reporters' files; models: whether it loads classifiers; serves: whether it stays.
*/}}
{{- define "satupintu.pod" -}}
{{- $v := .root.Values -}}
metadata:
  labels:
    {{- include "satupintu.labels" .root | nindent 4 }}
    {{- include "satupintu.selector" (list .root .name) | nindent 4 }}
    satupintu/role: {{ .role }}
  {{- with $v.pods.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ $v.pods.serviceAccountName }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ $v.pods.terminationGracePeriodSeconds }}
  {{- if not .serves }}
  restartPolicy: Never
  {{- end }}
  {{- with $v.image.pullSecrets }}
  imagePullSecrets: {{- range . }}
    - name: {{ . }}
  {{- end }}
  {{- end }}
  {{- with $v.pods.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $v.pods.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext: {{- include "satupintu.podSecurity" . | nindent 4 }}
  {{- if .serves }}
  topologySpreadConstraints:
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "satupintu.selector" (list $.root $.name) | nindent 10 }}
    {{- end }}
  {{- end }}
  containers:
    - name: {{ .role }}
      image: {{ include "satupintu.image" (list .root .part) }}
      imagePullPolicy: {{ $v.image.pullPolicy }}
      args: {{ toJson .args }}
      env: {{- include "satupintu.settings" .root | nindent 8 }}
      {{- with $v.secrets.environment }}
      envFrom:
        - secretRef: { name: {{ . }} }
      {{- end }}
      securityContext: {{- include "satupintu.security" . | nindent 8 }}
      resources: {{- toYaml .resources | nindent 8 }}
      {{- if .serves }}
      ports:
        {{- if eq .role "web" }}
        - { name: http, containerPort: 8000 }
        {{- end }}
        - { name: health, containerPort: 8002 }
      # Alive once it answers; a worker that fills a read model for the first time is alive and not ready.
      startupProbe:
        httpGet: { path: /healthz, port: health }
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /healthz, port: health }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: { path: /readyz, port: health }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      {{- end }}
      volumeMounts:
        - { name: keys, mountPath: /run/satupintu/keys, readOnly: true }
        {{- if .kafka }}
        - { name: kafka, mountPath: /run/satupintu/kafka, readOnly: true }
        {{- end }}
        {{- if include "satupintu.caSecret" .root }}
        - { name: kafka-ca, mountPath: /run/satupintu/kafka-ca, readOnly: true }
        {{- end }}
        {{- if .oidc }}
        - { name: oidc, mountPath: /run/satupintu/oidc, readOnly: true }
        {{- end }}
        {{- if $v.secrets.databases }}
        - { name: databases, mountPath: /run/satupintu/databases, readOnly: true }
        {{- end }}
        {{- if $v.secrets.attachments }}
        - { name: attachments, mountPath: /run/satupintu/attachments, readOnly: true }
        {{- end }}
        - { name: state, mountPath: /var/lib/satupintu }
        - { name: tmp, mountPath: /tmp }
        {{- if and .files $v.attachments.claim }}
        - { name: files, mountPath: /var/lib/satupintu/attachments }
        {{- end }}
        {{- if and .models $v.modelsClaim }}
        - { name: models, mountPath: /var/lib/satupintu/models }
        {{- end }}
  volumes:
    - name: keys
      secret: { secretName: {{ required "secrets.keys: the Secret with master.key and code.secret" $v.secrets.keys }}, defaultMode: 288 }
    {{- if .kafka }}
    - name: kafka
      secret:
        secretName: {{ required "secrets.kafka: the Secret with the passwords of the platform's Kafka users" $v.secrets.kafka }}
        defaultMode: 288
        {{- if ne .kafka "*" }}
        items:
          {{- range splitList "," .kafka }}
          - { key: {{ . }}.password, path: {{ . }}.password }
          {{- end }}
        {{- end }}
    {{- end }}
    {{- with include "satupintu.caSecret" .root }}
    - name: kafka-ca
      secret: { secretName: {{ . }}, items: [{ key: {{ $v.kafka.caKey }}, path: ca.pem }] }
    {{- end }}
    {{- if .oidc }}
    - name: oidc
      secret: { secretName: {{ required "secrets.oidc: the Secret with oidc-client.secret" $v.secrets.oidc }}, defaultMode: 288 }
    {{- end }}
    {{- with $v.secrets.databases }}
    - name: databases
      secret: { secretName: {{ . }}, defaultMode: 288 }
    {{- end }}
    {{- with $v.secrets.attachments }}
    - name: attachments
      secret: { secretName: {{ . }}, defaultMode: 288 }
    {{- end }}
    - { name: state, emptyDir: {} }
    - { name: tmp, emptyDir: {} }
    {{- if and .files $v.attachments.claim }}
    - name: files
      persistentVolumeClaim: { claimName: {{ $v.attachments.claim }} }
    {{- end }}
    {{- if and .models $v.modelsClaim }}
    - name: models
      persistentVolumeClaim: { claimName: {{ $v.modelsClaim }} }
    {{- end }}
{{- end }}

{{- define "satupintu.budget" -}}
{{- $root := index . 0 -}}{{- $name := index . 1 -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "satupintu.name" $root }}-{{ $name }}
  labels: {{- include "satupintu.labels" $root | nindent 4 }}
spec:
  maxUnavailable: 1
  # A pod that is not ready may be evicted: else a node with a broken one could never be drained.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "satupintu.selector" (list $root $name) | nindent 6 }}
{{- end }}

package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Pairs: not there by default, there when asked for. */
class OptionalFeaturesTest {
    private static final Rendered PLAIN = Chart.withDefaults();

    @Nested
    class Ingress {
        @Test
        void isNotSetByDefault() {
            assertThat(PLAIN.has("Ingress")).isFalse();
        }

        @Test
        void isSetIfEnabled() {
            JsonNode ingress = Chart.with("""
                    ingress:
                      enabled: true
                      host: frontier.example.org
                      className: inside
                      tlsSecret: frontier-tls
                      annotations: {a: b}
                    """).the("Ingress");

            assertThat(ingress.at("/spec/ingressClassName").stringValue()).isEqualTo("inside");
            assertThat(ingress.at("/spec/rules/0/host").stringValue()).isEqualTo("frontier.example.org");
            assertThat(ingress.at("/spec/rules/0/http/paths")).hasSize(1);
            assertThat(ingress.at("/spec/rules/0/http/paths/0/path").stringValue())
                    .isEqualTo("/api");
            assertThat(ingress.at("/spec/rules/0/http/paths/0/backend/service/name")
                            .stringValue())
                    .isEqualTo("lab-bitfrontier");
            assertThat(ingress.at("/spec/tls/0/secretName").stringValue()).isEqualTo("frontier-tls");
            assertThat(ingress.at("/metadata/annotations/a").stringValue()).isEqualTo("b");
        }

        @Test
        void hasNoTlsAndNoClassUnlessGiven() {
            JsonNode ingress =
                    Chart.with("ingress: {enabled: true, host: a.example.org}").the("Ingress");

            assertThat(ingress.at("/spec/tls").isMissingNode()).isTrue();
            assertThat(ingress.at("/spec/ingressClassName").isMissingNode()).isTrue();
        }
    }

    @Nested
    class Metrics {
        @Test
        void areNotSetByDefault() {
            assertThat(PLAIN.has("ServiceMonitor")).isFalse();
            assertThat(PLAIN.has("PrometheusRule")).isFalse();
            assertThat(PLAIN.all("ConfigMap")).hasSize(1);
        }

        @Test
        void theMonitorIsSetIfEnabled() {
            JsonNode monitor = Chart.with(
                            "metrics: {serviceMonitor: {enabled: true, interval: 10s, labels: {release: prom}}}")
                    .the("ServiceMonitor");

            assertThat(monitor.at("/spec/endpoints/0/path").stringValue()).isEqualTo("/actuator/prometheus");
            assertThat(monitor.at("/spec/endpoints/0/interval").stringValue()).isEqualTo("10s");
            assertThat(monitor.at("/metadata/labels/release").stringValue()).isEqualTo("prom");
        }

        @Test
        void theDashboardIsSetIfEnabled() {
            JsonNode map =
                    Chart.with("metrics: {dashboard: {enabled: true}}").the("ConfigMap", "lab-bitfrontier-dashboard");

            assertThat(map.at("/metadata/labels/grafana_dashboard").stringValue())
                    .isEqualTo("1");
        }
    }

    @Nested
    class Database {
        @Test
        void addressUserAndPasswordComeFromTheSecret() {
            for (String part : new String[] {"URL", "USERNAME", "PASSWORD"}) {
                JsonNode reference = PLAIN.environment("SPRING_DATASOURCE_" + part)
                        .orElseThrow()
                        .at("/valueFrom/secretKeyRef");
                assertThat(reference.get("name").stringValue()).isEqualTo("db");
                assertThat(reference.get("key").stringValue()).isEqualToIgnoringCase(part);
            }
        }

        @Test
        void theAddressMayBeGivenPlainly() {
            JsonNode url = Chart.with("database: {url: 'jdbc:postgresql://db:5432/frontier'}")
                    .environment("SPRING_DATASOURCE_URL")
                    .orElseThrow();

            assertThat(url.get("value").stringValue()).isEqualTo("jdbc:postgresql://db:5432/frontier");
        }

        @Test
        void migrationsRunAsTheSameUserByDefault() {
            assertThat(PLAIN.environment("SPRING_FLYWAY_USER")).isEmpty();
        }

        @Test
        void migrationsRunAsAnotherUserIfGiven() {
            Rendered rendered = Chart.with("database: {migration: {existingSecret: owner, passwordKey: pw}}");

            assertThat(rendered.environment("SPRING_FLYWAY_USER").orElseThrow().at("/valueFrom/secretKeyRef/name"))
                    .hasToString("\"owner\"");
            assertThat(rendered.environment("SPRING_FLYWAY_PASSWORD")
                            .orElseThrow()
                            .at("/valueFrom/secretKeyRef/key"))
                    .hasToString("\"pw\"");
        }
    }

    @Nested
    class Access {
        private static final String SETTINGS = "/bitfrontier/access";

        @Test
        void loginIsAlwaysNeeded() {
            assertThat(PLAIN.settings().at(SETTINGS + "/login").stringValue()).isEqualTo("required");
            assertThat(PLAIN.settings().at(SETTINGS + "/open-metrics").asBoolean())
                    .isFalse();
        }

        @Test
        void theFirstTokenIsAFileFromItsSecret() {
            Rendered rendered = Chart.with("access: {bootstrapSecret: first, bootstrapKey: pw}");
            JsonNode volume = rendered.pod().at("/volumes/4/secret");

            assertThat(volume.get("secretName").stringValue()).isEqualTo("first");
            assertThat(volume.at("/items/0/key").stringValue()).isEqualTo("pw");
            assertThat(rendered.settings()
                            .at(SETTINGS + "/bootstrap-token-file")
                            .stringValue())
                    .isEqualTo("/etc/bitfrontier-access/token");
        }

        @Test
        void thereIsNoFirstTokenIfNoneIsGiven() {
            Rendered rendered = Chart.with("access: {bootstrapSecret: ''}");

            assertThat(rendered.pod().get("volumes")).hasSize(4);
            assertThat(rendered.settings().at(SETTINGS).has("bootstrap-token-file"))
                    .isFalse();
        }

        @Test
        void thereIsNoIdentityProviderByDefault() {
            assertThat(PLAIN.settings().at(SETTINGS).has("oidc")).isFalse();
        }

        @Test
        void anIdentityProviderIsSetIfGiven() {
            JsonNode oidc = Chart.with("""
                    access:
                      oidc:
                        issuer: https://login.example.org/realms/lab
                        roles: {"team/a": "default=researcher"}
                    """).settings().at(SETTINGS + "/oidc");

            assertThat(oidc.get("issuer-uri").stringValue()).isEqualTo("https://login.example.org/realms/lab");
            assertThat(oidc.get("audience").stringValue()).isEqualTo("bitfrontier");
            assertThat(oidc.get("roles").get("[team/a]").stringValue()).isEqualTo("default=researcher");
            assertThat(oidc.has("jwk-set-uri")).isFalse();
        }

        @Test
        void prometheusReadsWithoutATokenOnlyIfToldSo() {
            assertThat(Chart.with("access: {openMetrics: true}")
                            .settings()
                            .at(SETTINGS + "/open-metrics")
                            .asBoolean())
                    .isTrue();
            String monitor = "metrics: {serviceMonitor: {enabled: true%s}}";
            String credentials = "/spec/endpoints/0/authorization/credentials/name";
            assertThat(Chart.with(monitor.formatted(""))
                            .the("ServiceMonitor")
                            .at(credentials)
                            .isMissingNode())
                    .isTrue();
            assertThat(Chart.with(monitor.formatted(", tokenSecret: reader"))
                            .the("ServiceMonitor")
                            .at(credentials)
                            .stringValue())
                    .isEqualTo("reader");
        }
    }

    @Nested
    class Artifacts {
        @Test
        void aClaimIsMadeByDefaultAndOutlivesTheRelease() {
            JsonNode claim = PLAIN.the("PersistentVolumeClaim");

            assertThat(claim.at("/spec/accessModes/0").stringValue()).isEqualTo("ReadWriteMany");
            assertThat(claim.at("/spec/storageClassName").isMissingNode()).isTrue();
            assertThat(claim.at("/metadata/annotations/helm.sh~1resource-policy")
                            .stringValue())
                    .isEqualTo("keep");
        }

        @Test
        void theClaimGoesWithTheReleaseIfAsked() {
            JsonNode claim = Chart.with("artifacts: {keep: false, storageClass: fast, size: 2Ti}")
                    .the("PersistentVolumeClaim");

            assertThat(claim.at("/metadata/annotations").isMissingNode()).isTrue();
            assertThat(claim.at("/spec/storageClassName").stringValue()).isEqualTo("fast");
            assertThat(claim.at("/spec/resources/requests/storage").stringValue())
                    .isEqualTo("2Ti");
        }

        @Test
        void aClaimThatExistsIsUsedIfGiven() {
            Rendered rendered = Chart.with("artifacts: {existingClaim: shared, path: /mnt/shared}");

            assertThat(rendered.has("PersistentVolumeClaim")).isFalse();
            assertThat(rendered.pod()
                            .at("/volumes/3/persistentVolumeClaim/claimName")
                            .stringValue())
                    .isEqualTo("shared");
            assertThat(rendered.settings()
                            .at("/bitfrontier/launch/kubernetes/artifacts-claim")
                            .stringValue())
                    .isEqualTo("shared");
            assertThat(rendered.settings().at("/bitfrontier/artifacts").stringValue())
                    .isEqualTo("/mnt/shared");
        }
    }

    @Nested
    class ObjectStore {
        private static final String S3 = """
                artifacts:
                  store: s3
                  s3: {bucket: frontier, endpoint: "https://store.example.org", pathStyle: true, credentialsSecret: store}
                """;

        @Test
        void isNotUsedByDefault() {
            assertThat(PLAIN.settings().at("/bitfrontier").has("s3")).isFalse();
            assertThat(PLAIN.environment("AWS_ACCESS_KEY_ID")).isEmpty();
        }

        @Test
        void takesThePlaceOfTheVolumeIfChosen() {
            Rendered rendered = Chart.with(S3);
            JsonNode settings = rendered.settings().get("bitfrontier");

            assertThat(settings.get("artifact-store").stringValue()).isEqualTo("s3");
            assertThat(settings.at("/s3/bucket").stringValue()).isEqualTo("frontier");
            assertThat(settings.at("/s3/path-style").asBoolean()).isTrue();
            assertThat(settings.get("s3").has("worker-endpoint")).isFalse();
            assertThat(settings.has("artifacts")).isFalse();
            assertThat(settings.at("/launch/kubernetes").has("artifacts-claim")).isFalse();
            assertThat(rendered.has("PersistentVolumeClaim")).isFalse();
            assertThat(rendered.pod().get("volumes")).hasSize(4);
        }

        @Test
        void givesItsCredentialsToTheServiceAlone() {
            Rendered rendered = Chart.with(S3);

            assertThat(rendered.environment("AWS_SECRET_ACCESS_KEY")
                            .orElseThrow()
                            .at("/valueFrom/secretKeyRef/name")
                            .stringValue())
                    .isEqualTo("store");
            assertThat(rendered.settings().toString()).doesNotContain("AWS_");
        }
    }

    @Nested
    class Rights {
        @Test
        void accountRoleAndBindingAreThereByDefault() {
            assertThat(PLAIN.has("ServiceAccount")).isTrue();
            assertThat(PLAIN.has("Role")).isTrue();
            assertThat(PLAIN.has("RoleBinding")).isTrue();
        }

        @Test
        void theyAreLeftToOthersIfAsked() {
            Rendered rendered = Chart.with("{rbac: {create: false}, serviceAccount: {create: false, name: given}}");

            assertThat(rendered.has("ServiceAccount")).isFalse();
            assertThat(rendered.has("Role")).isFalse();
            assertThat(rendered.has("RoleBinding")).isFalse();
            assertThat(rendered.pod().get("serviceAccountName").stringValue()).isEqualTo("given");
        }

        @Test
        void theAccountHasNoAnnotationsByDefault() {
            assertThat(PLAIN.the("ServiceAccount").at("/metadata/annotations").isMissingNode())
                    .isTrue();
        }

        @Test
        void theAccountIsAnnotatedIfGiven() {
            assertThat(Chart.with("serviceAccount: {annotations: {a: b}}")
                            .the("ServiceAccount")
                            .at("/metadata/annotations/a")
                            .stringValue())
                    .isEqualTo("b");
        }
    }
}

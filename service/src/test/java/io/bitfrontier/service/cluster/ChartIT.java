package io.bitfrontier.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The chart against a real API server: every object is taken with strict validation, and its Role is enough and no more. */
class ChartIT {
    private static final String EVERYTHING = """
            commonLabels: {team: frontier}
            ingress: {enabled: true, host: frontier.example.org, tlsSecret: frontier-tls}
            database: {migration: {existingSecret: database-owner}}
            access: {oidc: {issuer: "https://login.example.org", roles: {researchers: "*=researcher"}}}
            networkPolicy: {clients: [{namespaceSelector: {}}]}
            workers:
              classes:
                cpu: {capacity: 20, cpu: "2", memory: 4Gi}
                h200: {capacity: 8, gpus: 1, cpu: "8", memory: 64Gi}
            metrics:
              serviceMonitor: {enabled: true, tokenSecret: scrape}
              prometheusRule: {enabled: true}
              dashboard: {enabled: true}
            """;

    @TempDir
    static Path directory;

    private static Cluster cluster;

    @BeforeAll
    static void join() throws Exception {
        cluster = new Cluster(directory);
        for (String kind : List.of("ServiceMonitor", "PrometheusRule")) {
            defineMonitoring(kind);
        }
    }

    @AfterAll
    static void leave() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void theApiServerTakesEveryObjectOfTheFullChart() {
        List<JsonNode> objects =
                RenderedChart.in(cluster.admin, cluster.namespace, EVERYTHING).objects();

        List<String> refused = new ArrayList<>();
        for (JsonNode object : objects) {
            ClusterClient.Answer answer = cluster.admin.apply(cluster.namespace, object, true);
            if (answer.status() / 100 != 2) {
                refused.add(object.get("kind").asString() + ": " + answer.message());
            }
        }

        assertThat(refused).isEmpty();
        assertThat(objects).hasSizeGreaterThan(12);
    }

    @Test
    void theInstalledServiceGetsItsPodsUnderTheRestrictedStandard() {
        RenderedChart chart = RenderedChart.in(cluster.admin, cluster.namespace, "");
        for (JsonNode object : chart.objects()) {
            cluster.admin.apply(cluster.namespace, object, false).orThrow();
        }

        JsonNode deployment = cluster.admin.await(
                "/apis/apps/v1/namespaces/" + cluster.namespace + "/deployments/"
                        + Cluster.name(chart.the("Deployment")),
                seen -> seen.at("/status/replicas").asInt(0) == 2);

        assertThat(Cluster.condition(deployment, "ReplicaFailure"))
                .as("admission refused the service's pods")
                .isNull();
        theRoleAllowsWhatTheServiceDoesAndNothingElse(chart);
    }

    private static void theRoleAllowsWhatTheServiceDoesAndNothingElse(RenderedChart chart) {
        String own = "/api/v1/namespaces/" + cluster.namespace;
        String jobs = "/apis/batch/v1/namespaces/" + cluster.namespace + "/jobs";
        ClusterClient service =
                cluster.plane.as(cluster.plane.tokenOf(cluster.namespace, Cluster.name(chart.the("ServiceAccount"))));

        service.await(jobs, list -> list.has("items"));
        assertThat(service.create(cluster.namespace, cluster.job("own", "exit 0", "", "image: shell", ""))
                        .status())
                .isEqualTo(201);
        assertThat(service.call("GET", own + "/pods", null).status()).isEqualTo(200);
        assertThat(service.delete(jobs + "/own?propagationPolicy=Background").status())
                .isEqualTo(200);

        assertThat(service.call("GET", own + "/secrets", null).status()).isEqualTo(403);
        assertThat(service.call("GET", own + "/secrets/database", null).status())
                .isEqualTo(403);
        assertThat(service.call("GET", "/api/v1/namespaces/kube-system/pods", null)
                        .status())
                .isEqualTo(403);
        assertThat(service.call("GET", "/api/v1/nodes", null).status()).isEqualTo(403);
        assertThat(service.create(
                                cluster.namespace,
                                "{apiVersion: v1, kind: Pod, metadata: {name: own}, spec: {containers: [{name: a, image: shell}]}}")
                        .message())
                .contains("cannot create resource \"pods\"");
    }

    /** The kinds that the Prometheus operator defines, without their schemas. */
    private static void defineMonitoring(String kind) {
        String plural = kind.toLowerCase(Locale.ROOT) + "s";
        JsonNode definition = ClusterClient.parse("""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: %1$s.monitoring.coreos.com}
                spec:
                  group: monitoring.coreos.com
                  names: {kind: %2$s, plural: %1$s}
                  scope: Namespaced
                  versions:
                  - name: v1
                    served: true
                    storage: true
                    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                """.formatted(plural, kind)).get(0);
        cluster.admin.apply("", definition, false).orThrow();
        cluster.admin.await(
                "/apis/monitoring.coreos.com/v1/namespaces/" + cluster.namespace + "/" + plural,
                list -> list.has("items"));
    }
}

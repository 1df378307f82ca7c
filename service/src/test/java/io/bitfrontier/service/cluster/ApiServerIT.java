package io.bitfrontier.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Admission, authorization and watches of a real API server, as far as we rely upon them. */
class ApiServerIT {
    @TempDir
    static Path directory;

    private static Cluster cluster;

    @BeforeAll
    static void join() throws Exception {
        cluster = new Cluster(directory);
    }

    @AfterAll
    static void leave() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aRestrictedNamespaceRefusesAPodThatMayBecomeRoot() {
        ClusterClient.Answer answer = cluster.admin.create(
                cluster.namespace,
                "{apiVersion: v1, kind: Pod, metadata: {name: root}, spec: {containers: [{name: a, image: shell}]}}");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.message()).contains("violates PodSecurity \"restricted", "runAsNonRoot != true");
    }

    @Test
    void whoHasNoRoleIsRefusedWithASentence() {
        ClusterClient.Answer answer = cluster.plane
                .as(ControlPlane.OUTSIDER)
                .create(cluster.namespace, cluster.job("forbidden", "exit 0", "", "image: shell", ""));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.message())
                .contains("User \"outsider\" cannot create resource \"jobs\" in API group \"batch\"");
    }

    @Test
    void aServiceAccountMayDoWhatItsRoleSays() {
        for (String object :
                new String[] {"{apiVersion: v1, kind: ServiceAccount, metadata: {name: reader}}", """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: reader}
            rules: [{apiGroups: [batch], resources: [jobs], verbs: [list]}]
            """, """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: reader}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
            subjects: [{kind: ServiceAccount, name: reader}]
            """}) {
            cluster.admin.create(cluster.namespace, object).orThrow();
        }
        ClusterClient reader = cluster.plane.as(cluster.plane.tokenOf(cluster.namespace, "reader"));

        reader.await("/apis/batch/v1/namespaces/" + cluster.namespace + "/jobs", list -> list.has("items"));
        assertThat(reader.call("GET", "/apis/batch/v1/jobs", null).status()).isEqualTo(403);
    }

    @Test
    void aWatchFromBeforeTheHistoryBeginsIsToldThatItIsExpired() throws Exception {
        String pods = "/api/v1/namespaces/" + cluster.namespace + "/pods";
        String old = cluster.admin.get(pods).at("/metadata/resourceVersion").asString();
        cluster.admin
                .create(cluster.namespace, "{apiVersion: v1, kind: ConfigMap, metadata: {name: later}}")
                .orThrow();

        cluster.plane.forgetHistory();

        try (ClusterClient.WatchStream watch = cluster.admin.watch(pods, old)) {
            JsonNode told = watch.next().orElseThrow().object();
            assertThat(told.get("code").asInt()).isEqualTo(410);
            assertThat(told.get("reason").asString()).isEqualTo("Expired");
        }
    }
}

package io.bitfrontier.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a test node makes of pods, and what scheduler and node controller say where they cannot run or their node is lost. */
class PodsIT {
    @TempDir
    static Path directory;

    private static Cluster cluster;

    @BeforeAll
    static void join() throws Exception {
        cluster = new Cluster(directory.resolve("node"));
    }

    @AfterAll
    static void leave() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aContainerSeesItsSecretItsFieldsAndItsVolumesAndItsLogIsServed() {
        cluster.admin
                .create(
                        cluster.namespace,
                        "{apiVersion: v1, kind: Secret, metadata: {name: greeting}, stringData: {token: squeamish}}")
                .orThrow();

        String name = cluster.submit(
                "echo \"$TOKEN of $NAMESPACE\" > $SCRATCH/said; cat $SCRATCH/said; sleep 600",
                "",
                """
                image: shell
                env:
                - {name: TOKEN, valueFrom: {secretKeyRef: {name: greeting, key: token}}}
                - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
                - {name: SCRATCH, value: /scratch}
                volumeMounts: [{name: scratch, mountPath: /scratch}]
                """,
                "volumes: [{name: scratch, emptyDir: {}}]");

        JsonNode pod = cluster.awaitRunning(name);
        cluster.awaitLog(Cluster.name(pod), "squeamish of " + cluster.namespace);
    }

    @Test
    void anImageThatNoRegistryHasIsSaidInThePodsStatus() {
        String name = cluster.submit("exit 0", "", "image: absent");

        JsonNode pod = cluster.awaitPod(name, waiting -> waiting.at("/status/containerStatuses/0/state/waiting/reason")
                .asString("")
                .equals("ImagePullBackOff"));

        assertThat(pod.at("/status/phase").asString()).isEqualTo("Pending");
        assertThat(pod.at("/status/containerStatuses/0/state/waiting/message").asString())
                .contains("no such host");
    }

    @Test
    void theSchedulerSaysWhyAPodWaits() {
        String name = cluster.submit(
                "exit 0", "", "image: shell\nresources: {limits: {nvidia.com/gpu: 2}, requests: {nvidia.com/gpu: 2}}");

        JsonNode pod = cluster.awaitPod(name, waiting -> waiting.at("/status/conditions/0/reason")
                .asString("")
                .equals("Unschedulable"));

        assertThat(pod.at("/status/conditions/0/message").asString()).contains("Insufficient nvidia.com/gpu");
    }

    @Test
    void aNodeThatVanishesKeepsItsPodsUntilItsObjectIsGone() throws Exception {
        try (Cluster other = new Cluster(directory.resolve("other"))) {
            String name = other.submit("sleep 600", "");
            JsonNode pod = other.awaitRunning(name);
            long pid = other.node.pid(other.namespace, Cluster.name(pod)).orElseThrow();

            other.node.vanish(false);

            JsonNode told = other.awaitPod(name, lost -> lost.at("/metadata").has("deletionTimestamp"));
            assertThat(Cluster.condition(told, "DisruptionTarget")).isNotNull();
            assertThat(ProcessHandle.of(pid))
                    .as("behind the cut cable the process goes on")
                    .isPresent();

            other.admin.delete("/api/v1/nodes/" + other.node.name()).orThrow();

            other.admin.awaitGone("/api/v1/namespaces/" + other.namespace + "/pods/" + Cluster.name(pod));
            assertThat(other.awaitEnd(name).at("/status/failed").asInt()).isEqualTo(1);
        }
    }
}

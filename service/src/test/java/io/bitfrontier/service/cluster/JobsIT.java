package io.bitfrontier.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The Job controller's own behaviour that our launcher builds upon: where a release changes it, this says so. */
class JobsIT {
    private static final String POLICY = """
            podFailurePolicy:
              rules:
              - action: FailJob
                onPodConditions: [{type: DisruptionTarget, status: "True"}]
              - action: FailJob
                onExitCodes: {containerName: worker, operator: In, values: [64, 70, 75, 137]}
            """;
    /** Says that it runs, and on SIGTERM that it leaves. */
    private static final String PATIENT = "trap \"echo leaving; exit 75\" TERM; echo running; sleep 600 & wait";

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
    void aJobWhoseContainerExitsWithZeroIsComplete() {
        JsonNode job = cluster.awaitEnd(cluster.submit("exit 0", POLICY));

        assertThat(Cluster.condition(job, "Complete")).isNotNull();
        assertThat(job.at("/status/succeeded").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 70, 75})
    void anExitCodeOfThePolicyFailsTheJobWithASentenceThatNamesIt(int code) {
        JsonNode job = cluster.awaitEnd(cluster.submit("exit " + code, POLICY));

        JsonNode failed = failure(job);
        assertThat(failed.get("reason").asString()).isEqualTo("PodFailurePolicy");
        assertThat(failed.get("message").asString()).contains("failed with exit code " + code);
        assertThat(job.at("/status/failed").asInt()).isEqualTo(1);
    }

    @Test
    void aContainerOutOfMemoryIsReportedWithItsReasonAndCode() {
        String name = cluster.submit(PATIENT, POLICY);
        JsonNode pod = cluster.awaitRunning(name);

        cluster.node.killOutOfMemory(cluster.namespace, Cluster.name(pod));

        assertThat(failure(cluster.awaitEnd(name)).get("message").asString()).contains("failed with exit code 137");
        JsonNode end = cluster.awaitPod(
                        name, ended -> ended.at("/status/phase").asString().equals("Failed"))
                .at("/status/containerStatuses/0/state/terminated");
        assertThat(end.get("reason").asString()).isEqualTo("OOMKilled");
        assertThat(end.get("exitCode").asInt()).isEqualTo(137);
    }

    @Test
    void anEvictedPodFailsTheJobByItsDisruptionAndNotByItsCode() {
        String name = cluster.submit(PATIENT, POLICY);
        JsonNode pod = cluster.awaitRunning(name);

        cluster.node.evict(cluster.namespace, Cluster.name(pod), "The node was low on resource: memory.");

        assertThat(failure(cluster.awaitEnd(name)).get("message").asString())
                .contains("has condition DisruptionTarget matching FailJob rule");
    }

    @Test
    void theDeadlineEndsThePodAndSaysSo() {
        String name = cluster.submit(PATIENT, "activeDeadlineSeconds: 2");

        JsonNode job = cluster.awaitEnd(name);

        assertThat(failure(job).get("reason").asString()).isEqualTo("DeadlineExceeded");
    }

    @Test
    void aFinishedJobIsRemovedAfterItsTimeAndTakesWhatItOwns() {
        String name = cluster.submit("exit 0", "ttlSecondsAfterFinished: 10");
        JsonNode job = cluster.admin.get(cluster.jobPath(name));
        String secret = """
                apiVersion: v1
                kind: Secret
                metadata:
                  name: "%1$s"
                  ownerReferences: [{apiVersion: batch/v1, kind: Job, name: "%1$s", uid: "%2$s", controller: true}]
                """.formatted(name, job.at("/metadata/uid").asString());
        cluster.admin.create(cluster.namespace, secret).orThrow();
        JsonNode pod = cluster.awaitPod(name, any -> true);

        cluster.admin.awaitGone(cluster.jobPath(name));

        cluster.admin.awaitGone("/api/v1/namespaces/" + cluster.namespace + "/secrets/" + name);
        cluster.admin.awaitGone("/api/v1/namespaces/" + cluster.namespace + "/pods/" + Cluster.name(pod));
    }

    @Test
    void aDeletedJobsPodIsToldToLeaveAndItsProcessEnds() {
        String name = cluster.submit(PATIENT, POLICY);
        JsonNode pod = cluster.awaitRunning(name);
        cluster.awaitLog(Cluster.name(pod), "running");
        long pid = cluster.node.pid(cluster.namespace, Cluster.name(pod)).orElseThrow();

        cluster.admin
                .delete(cluster.jobPath(name) + "?propagationPolicy=Background")
                .orThrow();

        cluster.admin.awaitGone("/api/v1/namespaces/" + cluster.namespace + "/pods/" + Cluster.name(pod));
        assertThat(ProcessHandle.of(pid)).as("process of the pod").isEmpty();
    }

    private static JsonNode failure(JsonNode job) {
        return Objects.requireNonNull(Cluster.condition(job, "Failed"), job::toPrettyString);
    }
}

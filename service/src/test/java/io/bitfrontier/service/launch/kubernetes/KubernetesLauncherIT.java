package io.bitfrontier.service.launch.kubernetes;

import static io.bitfrontier.service.launch.kubernetes.Samples.launch;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.launch.Launcher.Phase;
import io.bitfrontier.service.launch.Launcher.Sighting;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class KubernetesLauncherIT extends OnAControlPlane {
    @Test
    void aWorkerRunsWithItsTokenAndLeavesItsOutput() throws IOException {
        KubernetesLauncher launcher =
                launcher("echo token ${BITFRONTIER_WORKER_TOKEN:0:4} of $BITFRONTIER_WORKER_ID; exit 75");

        launcher.launch(launch(worker, "small"));
        launcher.launch(launch(worker, "small"));
        Sighting ended = await(launcher, sighting -> sighting.phase() == Phase.ENDED);

        assertThat(ended).isEqualTo(Sighting.ended(75));
        assertThat(launcher.output(worker, name)).contains("token bfw_ of " + worker + "\n");
        assertThat(launcher.discover()).containsExactly(Map.entry(worker, name));
        JsonNode failed =
                admin.await(job(), object -> condition(object, "Failed").has("message"));
        assertThat(condition(failed, "Failed").get("message").asString())
                .contains("failed with exit code 75 matching FailJob rule at index 1");

        launcher.forget(worker, name);
        admin.awaitGone(job());
        admin.awaitGone("/api/v1/namespaces/" + namespace + "/secrets/" + name);
        assertThat(launcher.look(worker, name).phase()).isIn(Phase.MISSING, Phase.ENDED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 64, 70})
    void exitCodesAreToldEvenWhereTheServiceComesAfterThePodIsGone(int code) throws IOException {
        KubernetesLauncher first = launcher("exit " + code);
        first.launch(launch(worker, "small"));
        admin.await(
                job(),
                object -> condition(object, "Failed").has("type")
                        || condition(object, "Complete").has("type"));
        for (JsonNode pod : admin.list(pods())) {
            admin.delete("/api/v1/namespaces/" + namespace + "/pods/"
                    + pod.get("metadata").get("name").asString());
        }
        admin.await(pods(), list -> list.path("items").isEmpty());

        Sighting seen = await(launcher("exit " + code), sighting -> sighting.phase() == Phase.ENDED);

        assertThat(seen).isEqualTo(Sighting.ended(code));
    }

    @Test
    void aKillForMemoryIsToldFromOtherKills() throws IOException {
        KubernetesLauncher launcher = launcher("trap 'exit 75' TERM; echo up; while true; do sleep 0.1; done");
        launcher.launch(launch(worker, "small"));
        String pod = running(launcher);

        node.killOutOfMemory(namespace, pod);

        assertThat(await(launcher, sighting -> sighting.phase() == Phase.ENDED).failure())
                .isEqualTo(FailureClass.OUT_OF_MEMORY);
    }

    @Test
    void anEvictionIsAPreemption() throws IOException {
        KubernetesLauncher launcher = launcher("while true; do sleep 0.1; done");
        launcher.launch(launch(worker, "small"));
        String pod = running(launcher);

        node.evict(namespace, pod, "The node was low on resource: memory.");
        Sighting ended = await(launcher, sighting -> sighting.phase() == Phase.ENDED);

        assertThat(ended.failure()).isEqualTo(FailureClass.PREEMPTED);
        assertThat(ended.message()).isEqualTo("Evicted: The node was low on resource: memory.");
    }

    @Test
    void aWorkerPastItsDeadlineIsATimeout() throws IOException {
        KubernetesLauncher launcher =
                launcher("trap 'exit 75' TERM; while true; do sleep 0.1; done", "classes.small.deadline", "15s");

        launcher.launch(launch(worker, "small"));
        Sighting ended = await(launcher, sighting -> sighting.phase() == Phase.ENDED);

        assertThat(ended.failure()).isEqualTo(FailureClass.TIMEOUT);
        assertThat(ended.exitCode()).hasValue(75);
    }

    @Test
    void aWorkerThatIsAskedToLeaveIsSentATermAndItsEndIsSeen() throws IOException {
        KubernetesLauncher launcher = launcher("trap 'exit 75' TERM; while true; do sleep 0.1; done");
        launcher.launch(launch(worker, "small"));
        running(launcher);

        launcher.terminate(name);
        Sighting ended = await(launcher, sighting -> sighting.phase() == Phase.ENDED);

        assertThat(ended).isEqualTo(Sighting.ended(75));
        admin.awaitGone(job());
    }

    @Test
    void aPodThatIsDeletedByForceStillTellsItsEnd() throws IOException {
        KubernetesLauncher launcher = launcher("while true; do sleep 0.1; done");
        launcher.launch(launch(worker, "small"));
        String pod = running(launcher);

        admin.delete("/api/v1/namespaces/" + namespace + "/pods/" + pod + "?gracePeriodSeconds=0");

        // The Job controller's finalizer holds the object until the node has told its end.
        Sighting ended = await(launcher, sighting -> sighting.phase() == Phase.ENDED);
        assertThat(ended.failure()).isEqualTo(FailureClass.PREEMPTED);
        assertThat(ended.message()).isEqualTo("its pod was deleted");
    }

    @Test
    void whatIsStoredIsLittleMoreThanTwiceWhatMayBeSent() throws IOException {
        List<String> most = new ArrayList<>();
        // With these, 4 940 bytes are sent.
        for (int i = 0; i < 20; i++) {
            most.addAll(List.of("environment.SETTING_" + i, "x".repeat(50)));
        }
        KubernetesLauncher launcher = launcher("exit 75", most.toArray(String[]::new));

        launcher.launch(launch(worker, "small"));
        await(launcher, sighting -> sighting.phase() == Phase.ENDED);

        JsonNode job = admin.await(job(), object -> condition(object, "Failed").has("message"));
        JsonNode pod = admin.list(pods()).get(0);
        assertThat(job.toString()).hasSizeBetween(2 * JobSize.MOST_BYTES, 22 * JobSize.MOST_BYTES / 10);
        assertThat(pod.toString()).hasSizeBetween(2 * JobSize.MOST_BYTES, 22 * JobSize.MOST_BYTES / 10);
    }
}

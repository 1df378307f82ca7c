package io.bitfrontier.service.launch.kubernetes;

import static io.bitfrontier.service.launch.kubernetes.Samples.launch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.cluster.ControlPlane;
import io.bitfrontier.service.cluster.TestNode;
import io.bitfrontier.service.launch.Launcher.Phase;
import io.bitfrontier.service.launch.Launcher.Sighting;
import io.bitfrontier.service.launch.LauncherUnavailableException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Pods that nodes do not start, nodes that are gone, and a server that refuses or forgets. */
class KubernetesTroubleIT extends OnAControlPlane {
    @Test
    void aWorkerThatFitsNowhereWaitsWithTheSchedulersSentence() throws IOException {
        KubernetesLauncher launcher = launcher("exit 0", "classes.small.gpus", "1");

        launcher.launch(launch(worker, "small"));
        Sighting waiting =
                await(launcher, sighting -> String.valueOf(sighting.message()).contains("Insufficient nvidia.com/gpu"));

        assertThat(waiting.phase()).isEqualTo(Phase.WAITING);
        assertThat(waiting.message()).startsWith("Unschedulable: 0/");
    }

    @Test
    void anImageThatCannotBePulledIsGivenUpWithTheReason() throws IOException {
        KubernetesLauncher launcher = launcher("exit 0", "image", "absent", "start-limit", "1s");

        launcher.launch(launch(worker, "small"));
        assertThat(await(launcher, sighting -> String.valueOf(sighting.message())
                                .contains("no such host"))
                        .message())
                .contains("failed to pull and unpack image \"absent\": no such host");
        Sighting ended = await(launcher, sighting -> sighting.phase() == Phase.ENDED);

        assertThat(ended.failure()).isEqualTo(FailureClass.PLATFORM);
    }

    @Test
    void aPodThatAdmissionRefusesSaysWhy() throws IOException {
        KubernetesLauncher launcher = launcher("exit 0", "classes.small.priority-class", "absent-class");

        launcher.launch(launch(worker, "small"));
        Sighting waiting =
                await(launcher, sighting -> String.valueOf(sighting.message()).startsWith("its pod is refused"));

        assertThat(waiting.message()).contains("no PriorityClass with name absent-class was found");
    }

    @Test
    void aNodeThatIsGoneProvesNothing() throws IOException {
        try (TestNode other = node("gone-" + worker.toString().substring(0, 8))) {
            KubernetesLauncher launcher = launcher(kubeconfig, other, "while true; do sleep 0.1; done");
            launcher.launch(launch(worker, "small"));
            running(launcher);

            other.vanish(false);

            await(launcher, sighting -> sighting.phase() == Phase.MISSING);
        }
    }

    @Test
    void aPodThatItsNodeNeverStartsSaysWhyAndIsMissingOnceTheNodeIsGivenUp() throws IOException {
        try (TestNode other = node("mute-" + worker.toString().substring(0, 8))) {
            other.ignorePods();
            KubernetesLauncher launcher = launcher(kubeconfig, other, "exit 0");
            launcher.launch(launch(worker, "small"));
            String pod = admin.await(pods(), list -> list.at("/items/0/spec").has("nodeName"))
                    .at("/items/0/metadata/name")
                    .asString();
            admin.create(namespace, """
                    apiVersion: v1
                    kind: Event
                    metadata: {name: %s.1}
                    involvedObject: {apiVersion: v1, kind: Pod, namespace: %s, name: %s}
                    type: Warning
                    reason: FailedMount
                    message: 'MountVolume.SetUp failed for volume "artifacts": mount failed'
                    firstTimestamp: 2026-11-22T20:00:00Z
                    lastTimestamp: 2026-11-22T20:01:00Z
                    """.formatted(pod, namespace, pod)).orThrow();

            assertThat(await(launcher, sighting -> String.valueOf(sighting.message())
                                    .contains("on node"))
                            .message())
                    .isEqualTo("is being started on node " + other.name()
                            + ": FailedMount: MountVolume.SetUp failed for volume \"artifacts\": mount failed");
            other.vanish(false);
            await(launcher, sighting -> sighting.phase() == Phase.MISSING);
        }
    }

    @Test
    void aServerThatForgetsThePastIsAskedAgainFromThePresent() throws IOException {
        KubernetesLauncher launcher = launcher("while true; do sleep 0.1; done");
        launcher.launch(launch(worker, "small"));
        String pod = running(launcher);

        plane.apiServer().kill();
        assertThatThrownBy(() -> {
                    awaitProblem(launcher);
                    launcher.look(worker, name);
                })
                .isInstanceOf(LauncherUnavailableException.class);
        plane.apiServer().start();
        plane.forgetHistory();
        node.killOutOfMemory(namespace, pod);

        assertThat(await(launcher, sighting -> sighting.phase() == Phase.ENDED).failure())
                .isEqualTo(FailureClass.OUT_OF_MEMORY);
    }

    @Test
    void whoHasNoRoleIsToldSoInTheServersWords() throws IOException {
        KubernetesLauncher launcher = launcher(plane.kubeconfig(ControlPlane.OUTSIDER, namespace), node, "exit 0");
        launchers.remove(launcher);
        try (launcher) {
            assertThatThrownBy(() -> launcher.launch(launch(worker, "small")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("User \"outsider\" cannot create resource \"jobs\" in API group \"batch\"");
            assertThat(launcher.problem().orElse("")).contains("cannot create resource \"jobs\"");
            assertThatThrownBy(() -> launcher.look(worker, null)).isInstanceOf(LauncherUnavailableException.class);
        }
    }
}

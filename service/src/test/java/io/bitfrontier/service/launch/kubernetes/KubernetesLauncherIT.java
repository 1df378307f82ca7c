package io.bitfrontier.service.launch.kubernetes;

import static io.bitfrontier.service.launch.kubernetes.Samples.launch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.cluster.ClusterClient;
import io.bitfrontier.service.cluster.ControlPlane;
import io.bitfrontier.service.cluster.Image;
import io.bitfrontier.service.cluster.TestNode;
import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.launch.Launcher.Phase;
import io.bitfrontier.service.launch.Launcher.Sighting;
import io.bitfrontier.service.launch.LauncherUnavailableException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * The launcher on a real control plane: a namespace under the restricted pod security standard, an account with the documented
 * Role and no more, and a node whose containers are processes.
 */
class KubernetesLauncherIT {
    private static final String ACCOUNT = "bitfrontier";

    @TempDir
    static Path directory;

    private static ControlPlane plane;
    private static ClusterClient admin;
    private static String namespace;
    private static TestNode node;
    private static Path kubeconfig;

    private final List<KubernetesLauncher> launchers = new ArrayList<>();
    private final Semaphore changes = new Semaphore(0);
    private final UUID worker = UUID.randomUUID();
    private final String name = WorkerJob.name(worker);

    @BeforeAll
    static void aNamespaceWithTheDocumentedRole() throws IOException {
        plane = ControlPlane.shared();
        admin = plane.admin();
        namespace = plane.namespace(Map.of("pod-security.kubernetes.io/enforce", "restricted"));
        String page = Files.readString(Path.of("../docs/reference/kubernetes.md"));
        String role = page.substring(page.indexOf("apiVersion: rbac"));
        admin.create(namespace, "{apiVersion: v1, kind: ServiceAccount, metadata: {name: %s}}".formatted(ACCOUNT))
                .orThrow();
        admin.create(namespace, role.substring(0, role.indexOf("```"))).orThrow();
        admin.create(namespace, """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: bitfrontier}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: bitfrontier}
                subjects: [{kind: ServiceAccount, name: %s}]
                """.formatted(ACCOUNT)).orThrow();
        kubeconfig = plane.kubeconfig(plane.tokenOf(namespace, ACCOUNT), namespace);
        node = node("node-" + namespace);
    }

    private static TestNode node(String name) throws IOException {
        return new TestNode(
                plane,
                name,
                directory.resolve(name),
                Map.of(),
                Map.of("shell", Image.Program.shell(), "absent", new Image.Unpullable("no such host")),
                Map.of());
    }

    @AfterAll
    static void leave() {
        if (node != null) {
            node.close();
            admin.delete("/api/v1/namespaces/" + namespace);
        }
    }

    @AfterEach
    void stop() {
        launchers.forEach(launcher -> {
            try {
                launcher.forget(worker, name);
            } finally {
                launcher.close();
            }
        });
    }

    /** A launcher whose workers run a script, with more settings. */
    private KubernetesLauncher launcher(String script, String... more) throws IOException {
        return launcher(kubeconfig, node, script, more);
    }

    private KubernetesLauncher launcher(Path kubeconfig, TestNode place, String script, String... more)
            throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "namespace",
                namespace,
                "name",
                "it-" + worker.toString().substring(0, 8),
                "image",
                "shell",
                "arguments[0]",
                script,
                "classes.small.cpu",
                "100m",
                "classes.small.memory",
                "64Mi",
                "classes.small.grace",
                "5s",
                "classes.small.node-selector.[kubernetes.io/hostname]",
                place.name()));
        all.addAll(List.of(more));
        KubernetesSettings settings = Samples.settings(all.toArray(String[]::new));
        KubernetesLauncher launcher = new KubernetesLauncher(
                settings,
                directory.resolve("artifacts"),
                new Cluster(Cluster.connect(kubeconfig), settings),
                FailPoints.NONE,
                System::nanoTime);
        launcher.onChange(changes::release);
        launcher.start();
        launchers.add(launcher);
        return launcher;
    }

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
                launcher("trap 'exit 75' TERM; while true; do sleep 0.1; done", "classes.small.deadline", "3s");

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
            other.vanish(false);
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
            await(launcher, sighting -> sighting.phase() == Phase.MISSING);
        }
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

    private String job() {
        return "/apis/batch/v1/namespaces/" + namespace + "/jobs/" + name;
    }

    private String pods() {
        return "/api/v1/namespaces/" + namespace + "/pods?labelSelector=bitfrontier.io%2Fworker%3D" + worker;
    }

    private static JsonNode condition(JsonNode object, String type) {
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (condition.get("type").asString().equals(type)
                    && condition.get("status").asString().equals("True")) {
                return condition;
            }
        }
        return object.path("nothing");
    }

    /** The name of the worker's pod once it runs. */
    private String running(KubernetesLauncher launcher) {
        await(launcher, sighting -> sighting.phase() == Phase.RUNNING);
        return admin.list(pods()).get(0).get("metadata").get("name").asString();
    }

    private void awaitProblem(KubernetesLauncher launcher) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (launcher.problem().isEmpty()) {
            assertThat(System.nanoTime()).as("time to wait for a problem").isLessThan(deadline);
            pause();
        }
    }

    private Sighting await(KubernetesLauncher launcher, Predicate<Sighting> wanted) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        String last = "nothing";
        while (System.nanoTime() < deadline) {
            try {
                Sighting sighting = launcher.look(worker, name);
                if (wanted.test(sighting)) {
                    return sighting;
                }
                last = sighting.toString();
            } catch (LauncherUnavailableException notNow) {
                last = String.valueOf(notNow.getMessage());
            }
            pause();
        }
        throw new AssertionError("seen last: " + last);
    }

    /** Looks again whenever something changed, and now and then, since silence is no event. */
    private void pause() {
        try {
            changes.tryAcquire(200, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

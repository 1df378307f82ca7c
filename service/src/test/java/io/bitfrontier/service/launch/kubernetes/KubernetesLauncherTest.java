package io.bitfrontier.service.launch.kubernetes;

import static io.bitfrontier.service.launch.kubernetes.Samples.TOKEN;
import static io.bitfrontier.service.launch.kubernetes.Samples.WORKER;
import static io.bitfrontier.service.launch.kubernetes.Samples.launch;
import static io.bitfrontier.service.launch.kubernetes.Samples.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.launch.Launcher.Phase;
import io.bitfrontier.service.launch.LauncherUnavailableException;
import io.bitfrontier.service.launch.kubernetes.FakeApi.Fault;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.kubernetes.client.util.ClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesLauncherTest {
    private static final String JOBS = "/apis/batch/v1/namespaces/training/jobs";
    private static final String PODS = "/api/v1/namespaces/training/pods";
    private static final String SECRETS = "/api/v1/namespaces/training/secrets";
    private static final String EVENTS = "/api/v1/namespaces/training/events";
    private static final String NAME = "bf-worker-" + WORKER;
    private static final String POD = PODS + "/" + NAME + "-abcde";

    @TempDir
    Path artifacts;

    private final FakeApi api = new FakeApi();
    private final AtomicLong ahead = new AtomicLong();
    private final Semaphore changes = new Semaphore(0);
    private KubernetesLauncher launcher;

    @BeforeEach
    void start() {
        launcher = launcher(settings("artifacts-claim", "bitfrontier-artifacts"));
        launcher.onChange(changes::release);
        launcher.start();
        await(() -> launcher.problem().isEmpty());
    }

    @AfterEach
    void stop() {
        launcher.close();
        api.close();
    }

    private KubernetesLauncher launcher(KubernetesSettings settings) {
        Cluster cluster = new Cluster(
                new ClientBuilder().setBasePath(api.uri().toString()).build(), settings);
        return new KubernetesLauncher(
                settings, artifacts, cluster, FailPoints.NONE, () -> System.nanoTime() + ahead.get());
    }

    @Test
    void aLaunchMakesAJobAndTheSecretThatGoesWithIt() throws IOException {
        String externalId = launcher.launch(launch("small"));

        assertThat(externalId).isEqualTo(NAME);
        assertThat(api.paths()).containsExactly(JOBS + "/" + NAME, SECRETS + "/" + NAME);
        assertThat(String.valueOf(api.object(JOBS + "/" + NAME))).doesNotContain(TOKEN);
        assertThat(String.valueOf(api.object(SECRETS + "/" + NAME)))
                .contains(TOKEN)
                .contains(api.object(JOBS + "/" + NAME).at("/metadata/uid").asString());
        assertThat(artifacts.resolve("workers/" + WORKER)).isDirectory();
        assertThat(launcher.discover()).containsExactly(Map.entry(WORKER, NAME));
    }

    @Test
    void aSecondLaunchOfTheSameWorkerFindsWhatIsThere() throws IOException {
        launcher.launch(launch("small"));
        String uid = api.object(JOBS + "/" + NAME).at("/metadata/uid").asString();

        String secret = api.object(SECRETS + "/" + NAME).at("/metadata/uid").asString();

        assertThat(launcher.launch(launch("small"))).isEqualTo(NAME);

        assertThat(api.object(JOBS + "/" + NAME).at("/metadata/uid").asString()).isEqualTo(uid);
        assertThat(api.object(SECRETS + "/" + NAME).at("/metadata/uid").asString())
                .isEqualTo(secret);
        assertThat(api.paths()).hasSize(2);
        assertThat(api.requests()).noneMatch(request -> request.startsWith("DELETE"));
    }

    @Test
    void aJobOfThatNameThatIsNotOursIsLeftAlone() {
        api.put(JOBS + "/" + NAME, "{\"metadata\": {\"name\": \"%s\", \"namespace\": \"training\"}}".formatted(NAME));

        assertThatThrownBy(() -> launcher.launch(launch("small"))).hasMessageContaining("none of this installation's");
        launcher.kill(NAME);

        assertThat(api.paths()).containsExactly(JOBS + "/" + NAME);
        assertThat(launcher.discover()).isEmpty();
    }

    @Test
    void aJobThatOnlyLooksLikeOursHoldsUpNothing() throws IOException {
        launcher.launch(launch("small"));
        api.put(JOBS + "/bf-worker-mine", """
                {"metadata": {"name": "bf-worker-mine", "namespace": "training", "labels":
                  {"bitfrontier.io/installation": "%s", "bitfrontier.io/worker": "mine"}}}""".formatted(launcher.installation()));

        assertThat(launcher.discover()).containsExactly(Map.entry(WORKER, NAME));
    }

    @Test
    void aSecretThatIsRefusedTakesTheJobBack() {
        api.fail(
                request -> request.equals("POST " + SECRETS),
                new Fault(403, "secrets is forbidden: User \"x\" cannot create resource \"secrets\"", null));

        assertThatThrownBy(() -> launcher.launch(launch("small")))
                .isInstanceOf(IOException.class)
                .hasMessage("secrets is forbidden: User \"x\" cannot create resource \"secrets\"");

        assertThat(api.paths()).isEmpty();
        assertThat(launcher.problem()).contains("secrets is forbidden: User \"x\" cannot create resource \"secrets\"");
    }

    @Test
    void aWorkerIsFollowedFromItsJobToItsEnd() throws IOException {
        assertThat(launcher.look(WORKER, null).phase()).isEqualTo(Phase.MISSING);
        launcher.launch(launch("small"));
        assertThat(launcher.look(WORKER, NAME).phase()).isEqualTo(Phase.WAITING);

        pod(
                "Pending",
                "\"conditions\": [{\"type\": \"PodScheduled\", \"status\": \"False\", \"reason\": \"Unschedulable\","
                        + " \"message\": \"0/1 nodes are available: 1 Insufficient cpu.\"}]");
        await(() -> "Unschedulable: 0/1 nodes are available: 1 Insufficient cpu."
                .equals(launcher.look(WORKER, NAME).message()));
        pod("Running", "\"reason\": \"\"");
        await(() -> launcher.look(WORKER, NAME).phase() == Phase.RUNNING);
        pod("Failed", terminated(75));
        await(() -> launcher.look(WORKER, NAME).phase() == Phase.ENDED);

        assertThat(launcher.look(WORKER, NAME).exitCode()).hasValue(75);
        api.log(POD, "step 1\nstep 2\n");
        assertThat(launcher.output(WORKER, NAME)).contains("step 1\nstep 2\n");
        launcher.forget(WORKER, NAME);
        launcher.forget(WORKER, NAME);
        assertThat(api.paths()).doesNotContain(JOBS + "/" + NAME);
        assertThat(artifacts.resolve("workers/" + WORKER)).doesNotExist();
    }

    @Test
    void whatAWorkerHasStoredStaysWhenItIsForgotten() throws IOException {
        launcher.launch(launch("small"));
        Path checkpoint = artifacts.resolve("workers/" + WORKER + "/run-1/attempt-1/weights");
        Files.createDirectories(checkpoint.getParent());
        Files.writeString(checkpoint, "1");

        launcher.forget(WORKER, NAME);

        assertThat(checkpoint).exists();
    }

    @Test
    void theEndOfAPodIsRememberedAfterItIsGone() throws IOException {
        launcher.launch(launch("small"));
        pod("Running", "\"reason\": \"\"");
        pod("Failed", terminated(70));
        await(() -> launcher.look(WORKER, NAME).phase() == Phase.ENDED);
        api.remove(POD);
        api.remove(JOBS + "/" + NAME);
        await(() ->
                launcher.output(WORKER, NAME).isEmpty() && launcher.discover().isEmpty());

        await(() -> launcher.look(WORKER, NAME).exitCode().equals(OptionalInt.of(70)));
    }

    @Test
    void aLogThatANodeDoesNotGiveHoldsUpNothingForEver() throws IOException {
        launcher.launch(launch("small"));
        pod("Failed", terminated(70));
        await(() -> launcher.look(WORKER, NAME).phase() == Phase.ENDED);
        api.fail(request -> request.endsWith("/log"), new Fault(500, "dial tcp: no route to host", null));

        assertThatThrownBy(() -> launcher.output(WORKER, NAME)).isInstanceOf(LauncherUnavailableException.class);
        assertThat(launcher.discover()).containsKey(WORKER);
        assertThatThrownBy(() -> launcher.output(WORKER, NAME)).isInstanceOf(LauncherUnavailableException.class);
        assertThat(launcher.output(WORKER, NAME)).isEmpty();
    }

    @Test
    void aContainerThatWasNeverStartedHasNoLog() throws IOException {
        launcher.launch(launch("small"));
        pod("Pending", "\"reason\": \"\"");
        await(() -> launcher.look(WORKER, NAME).phase() == Phase.WAITING);
        api.fail(
                request -> request.endsWith("/log"),
                new Fault(400, "container \"worker\" is waiting to start: image can't be pulled", null));

        assertThat(launcher.output(WORKER, NAME)).isEmpty();
    }

    @Test
    void aPodThatVanishesFromUnderARunningWorkerProvesNothing() throws IOException {
        launcher.launch(launch("small"));
        pod("Running", "\"reason\": \"\"");
        await(() -> launcher.look(WORKER, NAME).phase() == Phase.RUNNING);

        api.remove(POD);

        await(() -> launcher.look(WORKER, NAME).phase() == Phase.MISSING);
    }

    @Test
    void anImageThatCannotBePulledIsGivenUpInTheEnd() throws IOException {
        launcher.launch(launch("small"));
        pod(
                "Pending",
                "\"containerStatuses\": [{\"name\": \"worker\", \"state\": {\"waiting\":"
                        + " {\"reason\": \"ImagePullBackOff\", \"message\": \"Back-off pulling image\"}}}]");
        await(() -> String.valueOf(launcher.look(WORKER, NAME).message()).contains("Back-off"));
        assertThat(launcher.look(WORKER, NAME).phase()).isEqualTo(Phase.WAITING);

        ahead.addAndGet(Duration.ofMinutes(6).toNanos());
        // Six minutes of silence are not believed either: something must be heard first.
        assertThatThrownBy(() -> launcher.look(WORKER, NAME)).isInstanceOf(LauncherUnavailableException.class);
        api.put(
                POD.replace("abcde", "other"),
                "{\"metadata\": {\"name\": \"x\", \"labels\": {\"bitfrontier.io/installation\": \"bitfrontier\"}}}");
        api.closeWatches();
        await(() -> launcher.problem().isEmpty());

        assertThat(launcher.look(WORKER, NAME).failure()).isEqualTo(FailureClass.PLATFORM);
        assertThat(launcher.look(WORKER, NAME).message())
                .isEqualTo("its container could not be started: ImagePullBackOff: Back-off pulling image");
    }

    @Test
    void aJobThatGetsNoPodTellsWhy() throws IOException {
        launcher.launch(launch("small"));
        api.put(EVENTS + "/1", """
                {"metadata": {"name": "1"}, "reason": "FailedCreate", "involvedObject": {"kind": "Job", "name": "%s"},
                 "message": "Error creating: pods is forbidden: exceeded quota: gpus"}
                """.formatted(NAME));

        assertThat(launcher.look(WORKER, NAME).message())
                .isEqualTo("its pod is refused: Error creating: pods is forbidden: exceeded quota: gpus");
    }

    @Test
    void tooManyRequestsSlowUsDownAndAskNothingMeanwhile() throws IOException {
        api.fail(request -> request.startsWith("POST"), new Fault(429, "too many requests", "7"));
        assertThatThrownBy(() -> launcher.launch(launch("small")))
                .isInstanceOf(LauncherUnavailableException.class)
                .hasMessage("cannot create Jobs now: too many requests");
        api.heal();
        List<String> asked = questions();

        assertThatThrownBy(() -> launcher.launch(launch("small"))).isInstanceOf(LauncherUnavailableException.class);
        assertThatThrownBy(() -> launcher.discover()).isInstanceOf(LauncherUnavailableException.class);
        assertThat(questions()).isEqualTo(asked);

        ahead.addAndGet(Duration.ofSeconds(8).toNanos());
        assertThat(launcher.launch(launch("small"))).isEqualTo(NAME);
    }

    @Test
    void aServerThatFailsForOneKindOfRequestIsStillAskedOthers() {
        api.fail(request -> request.equals("POST " + JOBS), new Fault(500, "failed calling webhook", null));

        assertThatThrownBy(() -> launcher.launch(launch("small")))
                .isInstanceOf(LauncherUnavailableException.class)
                .hasMessageContaining("failed calling webhook");

        assertThat(launcher.discover()).isEmpty();
    }

    @Test
    void aServerThatIsAwayIsNotTakenForAnEmptyCluster() throws IOException {
        launcher.launch(launch("small"));
        pod("Running", "\"reason\": \"\"");
        await(() -> launcher.look(WORKER, NAME).phase() == Phase.RUNNING);

        api.stop();
        await(() -> launcher.problem().isPresent());

        assertThatThrownBy(() -> launcher.look(WORKER, NAME)).isInstanceOf(LauncherUnavailableException.class);
        assertThatThrownBy(() -> launcher.discover()).isInstanceOf(LauncherUnavailableException.class);
        assertThatThrownBy(() -> launcher.forget(WORKER, NAME)).isInstanceOf(LauncherUnavailableException.class);

        api.start();
        await(() -> launcher.problem().isEmpty());
        assertThat(launcher.look(WORKER, NAME).phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void anExpiredWatchListsAgainAndMissesNothing() throws IOException {
        launcher.launch(launch("small"));
        pod("Running", "\"reason\": \"\"");
        await(() -> launcher.look(WORKER, NAME).phase() == Phase.RUNNING);

        api.stop();
        pod("Failed", terminated(64));
        api.compact();
        api.start();

        await(() -> launcher.problem().isEmpty() && launcher.look(WORKER, NAME).phase() == Phase.ENDED);
        assertThat(launcher.look(WORKER, NAME).exitCode()).hasValue(64);
        assertThat(api.requests().stream().filter(("GET " + PODS)::equals).count())
                .isGreaterThan(1);
    }

    @Test
    void aWatchThatIsForbiddenIsAClearProblem() {
        api.fail(
                request -> request.startsWith("WATCH " + PODS) || request.equals("GET " + PODS),
                new Fault(403, "pods is forbidden: User \"x\" cannot watch resource \"pods\"", null));
        api.closeWatches();
        await(() -> launcher.problem().isPresent());

        assertThat(launcher.problem())
                .contains("cannot watch Pods: pods is forbidden: User \"x\" cannot watch resource \"pods\"");
        assertThatThrownBy(() -> launcher.look(WORKER, NAME)).hasMessageContaining("pods is forbidden");
    }

    @Test
    void aJobNobodyHasARowForIsFoundAndRemoved() throws IOException {
        launcher.launch(launch("small"));
        UUID other = UUID.fromString("00000000-0000-0000-0000-000000000002");
        launcher.launch(launch(other, "small"));

        launcher.kill(launcher.discover().getOrDefault(other, "none"));

        assertThat(launcher.discover()).containsOnlyKeys(WORKER);
        assertThat(api.requests()).contains("DELETE " + JOBS + "/bf-worker-" + other);
    }

    @Test
    void aFieldThatOnlyNewerClustersHaveIsNoProblem() throws IOException {
        launcher.launch(launch("small"));

        pod("Running", "\"unheardOf\": {\"deep\": [1]}");

        await(() -> launcher.look(WORKER, NAME).phase() == Phase.RUNNING);
    }

    private void pod(String phase, String status) {
        api.put(POD, """
                {"metadata": {"name": "%s-abcde", "namespace": "training",
                              "labels": {"bitfrontier.io/installation": "bitfrontier", "bitfrontier.io/worker": "%s"}},
                 "spec": {"nodeName": "node-1", "containers": []},
                 "status": {"phase": "%s", %s}}
                """.formatted(NAME, WORKER, phase, status));
    }

    /** What was asked, watches aside: those begin by themselves. */
    private List<String> questions() {
        return api.requests().stream()
                .filter(request -> !request.startsWith("WATCH "))
                .toList();
    }

    private static String terminated(int code) {
        return "\"containerStatuses\": [{\"name\": \"worker\", \"state\": {\"terminated\": {\"exitCode\": %d, \"reason\": \"Error\"}}}]"
                .formatted(code);
    }

    /** Looks again whenever something changed, and now and then, since silence is no event. */
    private void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!holds(condition)) {
            assertThat(System.nanoTime()).as("time to wait").isLessThan(deadline);
            try {
                changes.tryAcquire(20, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static boolean holds(BooleanSupplier condition) {
        try {
            return condition.getAsBoolean();
        } catch (LauncherUnavailableException notNow) {
            return false;
        }
    }
}

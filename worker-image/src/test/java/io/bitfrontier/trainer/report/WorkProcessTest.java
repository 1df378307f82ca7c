package io.bitfrontier.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.trainer.Main;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker as the launcher starts it: a process of its own, with the real trainer. */
@Timeout(180)
class WorkProcessTest {
    private final FakeService service = new FakeService();
    private final List<Process> started = new ArrayList<>();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        started.forEach(Process::destroyForcibly);
        service.close();
        assertThat(service.complaints).isEmpty();
    }

    @Test
    void itTrainsWhatItClaimsAndLeavesWhenAskedTo() throws Exception {
        service.work.add(assignment(20 * 1024));

        assertThat(start(Map.of()).waitFor()).isEqualTo(WorkerProtocol.EXIT_DONE);

        StoredCheckpoint reached = service.completions.get(0).checkpoint();
        assertThat(reached == null ? "none" : reached.uri()).startsWith("file:").contains(directory.toString());
        assertThat(service.rows).isNotEmpty().allMatch(row -> row.loss() > 1 && row.loss() < 6);
        assertThat(service.claims).last().satisfies(claim -> {
            assertThat(claim.holdingTrajectory())
                    .isEqualTo(Fixtures.trajectory().fingerprint());
            assertThat(claim.holdingTokens()).isEqualTo(20 * 1024L);
            assertThat(claim.device()).startsWith("cpu: ").endsWith(", 1 thread");
        });
    }

    @Test
    void sigtermMakesItCheckpointReportAndExitAsPreempted() throws Exception {
        service.work.add(assignment(1_000_000 * 1024L));
        Process worker = start(Map.of());
        service.awaitObeyed("metrics 1");

        worker.toHandle().destroy();

        assertThat(worker.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isEqualTo(WorkerProtocol.EXIT_PREEMPTED);
        assertThat(service.failures).extracting(Failure::failureClass).containsExactly(FailureClass.PREEMPTED.name());
        List<String> lastTwo = service.obeyed.subList(service.obeyed.size() - 2, service.obeyed.size());
        assertThat(lastTwo.get(0)).startsWith("checkpoint ");
        assertThat(lastTwo.get(1)).isEqualTo("failure");
        // the curve is stored up to the checkpoint, so that the next attempt leaves no hole
        long checkpoint = Long.parseLong(lastTwo.get(0).substring("checkpoint ".length()));
        assertThat(service.rows).extracting(MetricRow::tokens).last().satisfies(tokens -> assertThat(tokens)
                .isLessThanOrEqualTo(checkpoint));
        assertThat(service.completions)
                .extracting(Completion::lastMetricSequence)
                .isEmpty();
    }

    @Test
    void aWorkerFrozenPastItsLeaseAndThawedWritesNothingAndClaimsAnew() throws Exception {
        service.leaseSeconds = 15;
        service.work.add(assignment(1_000_000 * 1024L));
        Process worker = start(Map.of());
        service.awaitObeyed("metrics 1");

        signal(worker.pid(), "STOP");
        // time itself is what the worker must notice
        LockSupport.parkNanos(Duration.ofMillis(15_200).toNanos());
        List<String> obeyedBefore = service.fence();
        signal(worker.pid(), "CONT");

        assertThat(worker.waitFor()).isEqualTo(WorkerProtocol.EXIT_DONE);
        assertThat(service.obeyed).isEqualTo(obeyedBefore);
        assertThat(directory.resolve("artifacts")).doesNotExist();
        assertThat(service.claims)
                .as("the next claim, which it was told to leave by")
                .hasSize(2);
    }

    @Test
    void aWorkerThatIsCutOffCheckpointsBeforeItsLeaseEndsAndLeaves() throws Exception {
        service.leaseSeconds = 30;
        service.work.add(assignment(1_000_000 * 1024L));
        Process worker = start(Map.of(WorkerProtocol.ENV_WORKER_UNREACHABLE_SECONDS, "1"));
        service.awaitObeyed("metrics 1");

        service.cutOff = true;

        assertThat(worker.waitFor()).isEqualTo(WorkerProtocol.EXIT_PREEMPTED);
        assertThat(checkpoints()).singleElement().satisfies(checkpoint -> assertThat(checkpoint)
                .isDirectoryContaining("glob:**/manifest.json")
                .isDirectoryContaining("glob:**/state.safetensors"));
    }

    @Test
    void aStoreThatCannotBeWrittenIsThePlatforms() throws Exception {
        service.work.add(assignment(1024, "file:///proc/nowhere", Fixtures.trajectory()));

        assertThat(start(Map.of()).waitFor()).isEqualTo(WorkerProtocol.EXIT_PLATFORM);

        assertThat(service.failures).singleElement().satisfies(failure -> {
            assertThat(failure.failureClass()).isEqualTo(FailureClass.PLATFORM.name());
            assertThat(failure.message()).contains("/proc/nowhere");
        });
    }

    @Test
    void aModelThatFitsNowhereIsOutOfMemory() throws Exception {
        TrajectorySpec tiny = Fixtures.trajectory();
        TrajectorySpec huge = new TrajectorySpec(
                tiny.numerics(),
                ModelShape.of(1, 1 << 20, 2, 1, 32, 1 << 27),
                tiny.data(),
                tiny.seed(),
                tiny.sequenceLength(),
                tiny.batchTokens(),
                tiny.microBatches(),
                tiny.optimizer(),
                tiny.schedule(),
                null,
                null);
        service.work.add(assignment(1024, artifacts(), huge));

        assertThat(start(Map.of()).waitFor()).isEqualTo(WorkerProtocol.EXIT_OUT_OF_MEMORY);

        assertThat(service.failures)
                .extracting(Failure::failureClass)
                .containsExactly(FailureClass.OUT_OF_MEMORY.name());
    }

    @Test
    void aWorkerThatIsNotToldWhereToWorkSaysSoWithTheUsersCode() throws Exception {
        assertThat(start(Map.of(WorkerProtocol.ENV_SERVICE_URL, "")).waitFor())
                .isEqualTo(WorkerProtocol.EXIT_USER_INPUT);
        assertThat(service.claims).isEmpty();
    }

    @Test
    void onSigtermAllRanksEndOnceTheLeaderHasCheckpointed() throws Exception {
        service.work.add(assignment(1_000_000 * 1024L));
        Process leader = start(Map.of(WorkerProtocol.ENV_WORKER_RANKS, "2"));
        service.awaitObeyed("metrics 1");
        ProcessHandle rank = leader.toHandle().children().findFirst().orElseThrow();

        // as a terminal's Ctrl-C does, or a container that signals all its processes
        rank.destroy();
        leader.toHandle().destroy();

        assertThat(leader.waitFor()).isEqualTo(WorkerProtocol.EXIT_PREEMPTED);
        rank.onExit().get();
        assertThat(service.obeyed.subList(service.obeyed.size() - 2, service.obeyed.size()))
                .satisfies(last -> assertThat(last.get(0)).startsWith("checkpoint "))
                .last()
                .isEqualTo("failure");
        assertThat(service.failures).extracting(Failure::failureClass).containsExactly(FailureClass.PREEMPTED.name());
        assertThat(service.claims).extracting(ClaimRequest::device).allSatisfy(device -> assertThat(device)
                .startsWith("2 × cpu: "));
    }

    @Test
    void theDeathOfARankEndsTheAttemptAndTheWorkerAsThePlatforms() throws Exception {
        service.work.add(assignment(1_000_000 * 1024L));
        Process leader = start(Map.of(WorkerProtocol.ENV_WORKER_RANKS, "2"));
        service.awaitObeyed("metrics 1");

        leader.toHandle().children().forEach(ProcessHandle::destroyForcibly);

        assertThat(leader.waitFor()).isEqualTo(WorkerProtocol.EXIT_PLATFORM);
        assertThat(service.failures)
                .containsExactly(new Failure(FailureClass.PLATFORM.name(), "rank 1 of 2 ended with exit code 137"));
    }

    @Test
    void aRankThatHangsEndsTheAttemptAndTheWorkerAsThePlatformsWithinTheSetting() throws Exception {
        service.work.add(assignment(1_000_000 * 1024L));
        Process leader = start(
                Map.of(WorkerProtocol.ENV_WORKER_RANKS, "2", WorkerProtocol.ENV_WORKER_RANK_TIMEOUT_SECONDS, "20"));
        service.awaitObeyed("metrics 1");
        ProcessHandle rank = leader.toHandle().children().findFirst().orElseThrow();

        signal(rank.pid(), "STOP");

        assertThat(leader.waitFor()).isEqualTo(WorkerProtocol.EXIT_PLATFORM);
        assertThat(service.failures).singleElement().satisfies(failure -> {
            assertThat(failure.failureClass()).isEqualTo(FailureClass.PLATFORM.name());
            assertThat(failure.message()).startsWith("a rank hangs: after 20 s the 2 ranks lost each other: Timed out");
        });
        rank.onExit().get();
    }

    @Test
    void ranksEndWithALeaderThatIsKilled() throws Exception {
        service.work.add(assignment(1_000_000 * 1024L));
        Process leader = start(Map.of(WorkerProtocol.ENV_WORKER_RANKS, "2"));
        service.awaitObeyed("metrics 1");
        ProcessHandle rank = leader.toHandle().children().findFirst().orElseThrow();

        leader.toHandle().destroyForcibly();

        assertThat(leader.waitFor()).isEqualTo(137);
        rank.onExit().get();
    }

    private static void signal(long pid, String signal) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    private List<Path> checkpoints() throws IOException {
        try (Stream<Path> children = Files.list(directory.resolve("artifacts"))) {
            return children.toList();
        }
    }

    private String artifacts() {
        return directory.resolve("artifacts").toUri().toString();
    }

    private Assignment assignment(long toTokens) {
        return assignment(toTokens, artifacts(), Fixtures.trajectory());
    }

    private Assignment assignment(long toTokens, String artifacts, TrajectorySpec trajectory) {
        return new Assignment(
                FakeService.ATTEMPT,
                3,
                FakeService.ATTEMPT_TOKEN,
                service.leaseSeconds,
                artifacts,
                new TrainWork(trajectory, 0, toTokens, null, null, 3600),
                null);
    }

    private Process start(Map<String, String> more) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-Dorg.bytedeco.openblas.load=mkl_rt",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "work");
        builder.environment()
                .putAll(Map.of(
                        WorkerProtocol.ENV_SERVICE_URL, service.url().toString(),
                        WorkerProtocol.ENV_WORKER_ID, FakeService.WORKER.toString(),
                        WorkerProtocol.ENV_WORKER_TOKEN, FakeService.WORKER_TOKEN,
                        WorkerProtocol.ENV_WORKER_SCRATCH, directory.toString(),
                        WorkerProtocol.ENV_WORKER_THREADS, "1"));
        builder.environment().putAll(more);
        Process process = builder.inheritIO().start();
        started.add(process);
        return process;
    }
}

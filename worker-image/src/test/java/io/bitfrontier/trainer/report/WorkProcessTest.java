package io.bitfrontier.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.trainer.Main;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker as the launcher starts it: a process of its own, with the real trainer. */
@Timeout(180)
class WorkProcessTest {
    private final FakeService service = new FakeService();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        service.close();
        assertThat(service.complaints).isEmpty();
    }

    @Test
    void itTrainsWhatItClaimsAndLeavesWhenAskedTo() throws Exception {
        service.work.add(assignment(20 * 1024));

        assertThat(start().waitFor()).isEqualTo(WorkerProtocol.EXIT_DONE);

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
        Process worker = start();
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

    private Assignment assignment(long toTokens) {
        TrainWork work = new TrainWork(Fixtures.trajectory(), 0, toTokens, null, null, 3600);
        return new Assignment(
                FakeService.ATTEMPT,
                3,
                FakeService.ATTEMPT_TOKEN,
                Fixtures.LEASE_SECONDS,
                directory.resolve("artifacts").toUri().toString(),
                work,
                null);
    }

    private Process start() throws IOException {
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
        return builder.inheritIO().start();
    }
}

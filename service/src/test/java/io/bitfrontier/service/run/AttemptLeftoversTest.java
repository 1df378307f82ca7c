package io.bitfrontier.service.run;

import static io.bitfrontier.service.testing.ProtocolClient.aWorker;
import static io.bitfrontier.service.testing.ProtocolClient.checkpoint;
import static io.bitfrontier.service.testing.ProtocolClient.training;
import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.QueryPlans;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.CheckpointReport;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.transaction.support.TransactionOperations;

@ServiceTest
class AttemptLeftoversTest {
    @Autowired
    private MockMvc http;

    @Autowired
    private Workers workers;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private AttemptLeftovers leftovers;

    @Autowired
    private CheckpointRetention retention;

    @Autowired
    private RunSettings settings;

    @Autowired
    private TransactionOperations transactions;

    private ProtocolClient worker;

    @BeforeEach
    void aWorkerOfTheClass() {
        worker = aWorker(http, workers);
    }

    /** A directory of the attempt with a file in it, as a worker writes one. */
    private static Path written(Assignment attempt, String name) throws IOException {
        Path directory = Files.createDirectories(
                Path.of(URI.create(attempt.artifactUri())).resolve(name));
        Files.writeString(directory.resolve("weights"), "many");
        return directory;
    }

    private static Path registeredAt(Assignment attempt, long tokens) throws IOException {
        return written(attempt, "state-" + tokens);
    }

    private Path registered(Assignment attempt, long tokens) throws IOException {
        Path directory = registeredAt(attempt, tokens);
        assertThat(worker.send(attempt, "checkpoints", new CheckpointReport(checkpoint(attempt, tokens)))
                        .status())
                .isEqualTo(204);
        return directory;
    }

    private void fail(Assignment attempt) {
        assertThat(worker.send(attempt, "failure", new Failure("PREEMPTED", "leaving"))
                        .status())
                .isEqualTo(204);
    }

    /** Lets so much time go by since every end. */
    private void age(Duration time) {
        jdbc.sql("UPDATE attempt SET ended_at = now() - make_interval(secs => ?) WHERE ended_at IS NOT NULL")
                .param(time.toSeconds())
                .update();
    }

    private long uncleared() {
        return jdbc.sql("SELECT count(*) FROM attempt WHERE cleared_at IS NULL")
                .query(Long.class)
                .single();
    }

    @Test
    void whatAnAttemptDidNotRegisterGoesAndWhatItRegisteredAndAllOfALivingOneStay() throws IOException {
        aRun().insert(jdbc);
        Assignment first = worker.claim();
        Path checkpoint = registered(first, 400);
        Path halfWritten = written(first, ".writing-123");
        Path unreported = written(first, "tokens-600");
        fail(first);
        Assignment second = worker.claim();
        Path ownCheckpoint = registered(second, 500);
        Path beingWritten = written(second, ".writing-456");

        age(Duration.ofDays(1));
        leftovers.clear();

        assertThat(halfWritten).doesNotExist();
        assertThat(unreported).doesNotExist();
        assertThat(checkpoint.resolve("weights")).exists();
        assertThat(ownCheckpoint.resolve("weights")).exists();
        assertThat(beingWritten.resolve("weights")).exists();
        assertThat(uncleared()).as("the living one").isEqualTo(1);
    }

    @Test
    void theStateThatARunBroughtAboutStays() throws IOException {
        Seeded run = aRun().insert(jdbc);
        aRun().after(run).insert(jdbc);
        Assignment attempt = worker.claim();
        Path result = registeredAt(attempt, run.tokens());
        Path unreported = written(attempt, "tokens-900");
        assertThat(worker.complete(attempt).status()).isEqualTo(204);

        age(Duration.ofDays(1));
        retention.removeUnneeded();
        leftovers.clear();

        assertThat(unreported).doesNotExist();
        assertThat(result.resolve("weights")).exists();
        assertThat(training(worker.claim()).from()).isEqualTo(checkpoint(attempt, run.tokens()));
    }

    @Test
    void anAttemptThatRegisteredNothingLeavesNoDirectory() throws IOException {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        written(attempt, ".writing-123");
        jdbc.sql("UPDATE attempt SET state = 'FENCED', ended_at = now()").update();
        age(Duration.ofDays(1));
        leftovers.clear();
        assertThat(Path.of(URI.create(attempt.artifactUri()))).doesNotExist();
    }

    @Test
    void aWorkerHasSomeLeasesToNoticeThatItsAttemptIsOver() throws IOException {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        Path beingWritten = written(attempt, ".writing-123");
        fail(attempt);

        age(settings.lease().multipliedBy(4));
        leftovers.clear();
        assertThat(beingWritten).exists();
        assertThat(uncleared()).isEqualTo(1);

        age(settings.lease().multipliedBy(6));
        leftovers.clear();
        assertThat(beingWritten).doesNotExist();
    }

    @Test
    void anAttemptIsLookedAtOnce() throws IOException {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        fail(attempt);
        age(Duration.ofDays(1));
        leftovers.clear();
        assertThat(uncleared()).isZero();

        Path later = written(attempt, "tokens-1");
        leftovers.clear();
        assertThat(later).exists();
    }

    @Test
    void whatCouldNotBeRemovedIsLookedAtAgain() throws IOException {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        Path halfWritten = written(attempt, ".writing-123");
        fail(attempt);
        age(Duration.ofDays(1));
        new AttemptLeftovers(jdbc, new StubbornStore(), settings, FailPoints.NONE).clear();
        assertThat(uncleared()).isEqualTo(1);

        leftovers.clear();
        assertThat(halfWritten).doesNotExist();
    }

    @Test
    void whatLiesOutsideOfTheStoreIsNotTouched(@TempDir Path elsewhere) throws IOException {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        fail(attempt);
        Path file = Files.writeString(elsewhere.resolve("weights"), "many");
        jdbc.sql("UPDATE attempt SET artifact_uri = ?")
                .param(elsewhere.toUri().toString())
                .update();
        age(Duration.ofDays(1));
        leftovers.clear();
        assertThat(file).exists();
    }

    @Test
    void attemptsThatEndedAreFoundThroughIndexes() {
        String plan = QueryPlans.of(
                jdbc,
                transactions,
                AttemptLeftovers.ENDED.replace(":age", "300").replace(":most", "500"));
        assertThat(plan)
                .contains("attempt_uncleared")
                .doesNotContain("Seq Scan on attempt", "Seq Scan on checkpoint", "Seq Scan on run");
    }
}

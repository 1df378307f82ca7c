package io.bitfrontier.service.run;

import static io.bitfrontier.service.testing.ProtocolClient.aWorker;
import static io.bitfrontier.service.testing.ProtocolClient.checkpoint;
import static io.bitfrontier.service.testing.ProtocolClient.training;
import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.Sweeping;
import io.bitfrontier.service.testing.Sweeping.Working;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.CheckpointReport;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.transaction.support.TransactionOperations;

@ServiceTest
class CheckpointRetentionTest {
    private static final String SWEEP = """
            apiVersion: bitfrontier/v1
            name: s
            grid: {model: [tiny-17k], tokens: [102400], precision: [16]}
            """;

    @Autowired
    private MockMvc http;

    @Autowired
    private Workers workers;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private CheckpointRetention retention;

    @Autowired
    private RunRegistry registry;

    @Autowired
    private AttemptLeftovers leftovers;

    @Autowired
    private RunSettings settings;

    @Autowired
    private TransactionOperations transactions;

    private Sweeping person;

    @BeforeEach
    void aPerson() {
        person = new Sweeping(http, workers);
    }

    /** Reports a checkpoint whose files are there; their directory. */
    private static Path report(ProtocolClient worker, Assignment attempt, long tokens) throws IOException {
        StoredCheckpoint stored = checkpoint(attempt, tokens);
        Path directory = Files.createDirectories(Path.of(URI.create(stored.uri())));
        Files.writeString(directory.resolve("weights"), "many");
        assertThat(worker.send(attempt, "checkpoints", new CheckpointReport(stored))
                        .status())
                .isEqualTo(204);
        return directory;
    }

    /** A sweep that was cancelled long ago, with a checkpoint on the way; its directory. */
    private Path aCheckpointOfARunCancelledLongAgo(UUID sweep) throws IOException {
        Working working = person.claim().orElseThrow();
        Path directory = report(working.worker(), working.assignment(), 51_200);
        person.send(HttpMethod.PUT, "/api/v1/sweeps/" + sweep + "/cancellation");
        jdbc.sql("UPDATE run SET finished_at = now() - interval '8 days' WHERE state = 'CANCELLED'")
                .update();
        return directory;
    }

    private long count(String what) {
        return jdbc.sql("SELECT count(*) FROM " + what).query(Long.class).single();
    }

    private long stored(String kind) {
        return person.get("/api/v1/storage").body().path(kind).asLong();
    }

    @Test
    void aCheckpointOnTheWayOutlivesTheCompletionUntilRetentionLooks() throws IOException {
        Seeded run = aRun().insert(jdbc);
        ProtocolClient worker = aWorker(http, workers);
        Assignment attempt = worker.claim();
        Path directory = report(worker, attempt, 400);
        retention.removeUnneeded();
        assertThat(directory).as("of a run that runs").exists();

        assertThat(worker.complete(attempt).status()).isEqualTo(204);
        assertThat(directory).as("nobody waits for its removal").exists();
        retention.removeUnneeded();
        assertThat(directory).doesNotExist();
        assertThat(count("checkpoint")).isZero();
        assertThat(count("run WHERE state = 'SUCCEEDED' AND id = " + run.run())).isEqualTo(1);
    }

    @Test
    void aCheckpointThatBecameTheResultLosesItsRowAndKeepsItsFiles() throws IOException {
        Seeded run = aRun().insert(jdbc);
        ProtocolClient worker = aWorker(http, workers);
        Assignment attempt = worker.claim();
        Path directory = report(worker, attempt, run.tokens());
        worker.complete(attempt);

        retention.removeUnneeded();
        assertThat(count("checkpoint")).isZero();
        assertThat(directory.resolve("weights")).exists();
    }

    @Test
    void aRunThatIsPlannedAgainKeepsWhatRetentionHadFoundBefore() throws IOException {
        UUID sweep = person.submit(SWEEP);
        Path directory = aCheckpointOfARunCancelledLongAgo(sweep);
        List<Long> found = retention.candidates();
        assertThat(found).hasSize(1);

        person.send(HttpMethod.POST, "/api/v1/sweeps/" + sweep + "/retry");
        assertThat(retention.take(found)).isZero();
        retention.removeGoing();
        assertThat(directory).exists();
        assertThat(training(person.claim().orElseThrow().assignment()).resume()).isNotNull();
    }

    @Test
    void aCheckpointThatIsGoingIsGivenToNobodyAndShownAsGoing() throws IOException {
        UUID sweep = person.submit(SWEEP);
        Path directory = aCheckpointOfARunCancelledLongAgo(sweep);
        assertThat(stored("onTheWayBytes")).isEqualTo(10);
        assertThat(retention.take(retention.candidates())).isEqualTo(1);
        assertThat(stored("onTheWayBytes")).isZero();
        assertThat(stored("goingBytes")).isEqualTo(10);
        assertThat(directory).as("the row says that it goes before it goes").exists();

        person.send(HttpMethod.POST, "/api/v1/sweeps/" + sweep + "/retry");
        assertThat(training(person.claim().orElseThrow().assignment()).resume()).isNull();
        assertThat(count("attempt WHERE state = 'RUNNING' AND resumed_from_tokens = 0"))
                .isEqualTo(1);
        retention.removeGoing();
        assertThat(directory).doesNotExist();
        assertThat(count("checkpoint")).isZero();
        assertThat(stored("goingBytes")).isZero();
    }

    @Test
    void whatCouldNotBeRemovedIsGoingStill() throws IOException {
        UUID sweep = person.submit(SWEEP);
        Path directory = aCheckpointOfARunCancelledLongAgo(sweep);
        new CheckpointRetention(jdbc, registry, leftovers, new StubbornStore(), settings, transactions, FailPoints.NONE)
                .removeUnneeded();
        assertThat(count("checkpoint WHERE going_since IS NOT NULL")).isEqualTo(1);

        retention.removeUnneeded();
        assertThat(directory).doesNotExist();
        assertThat(count("checkpoint")).isZero();
    }
}

package io.bitfrontier.service.artifact;

import static io.bitfrontier.service.testing.ProtocolClient.aWorker;
import static io.bitfrontier.service.testing.ProtocolClient.checkpoint;
import static io.bitfrontier.service.testing.ProtocolClient.training;
import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.ProtocolClient.Answer;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.Sweeping;
import io.bitfrontier.service.testing.Sweeping.Working;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.CheckpointReport;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadedParts;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;

/** What attempts may read and write. URLs are signed without asking the store, so none is there. */
@ServiceTest(
        properties = {
            "bitfrontier.artifact-store=s3",
            "bitfrontier.s3.bucket=frontier",
            "bitfrontier.s3.endpoint=http://127.0.0.1:1",
            "bitfrontier.s3.path-style=true"
        })
class TransfersTest {
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

    private Sweeping person;

    @BeforeAll
    static void credentials() {
        System.setProperty("aws.accessKeyId", "somebody");
        System.setProperty("aws.secretAccessKey", "a-secret-of-nobody");
    }

    @AfterAll
    static void noCredentials() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @BeforeEach
    void aPerson() {
        person = new Sweeping(http, workers);
    }

    /** Claims the run of the sweep, reports a checkpoint on the way, and cancels the sweep. */
    private StoredCheckpoint cancelledOnTheWay(UUID sweep) {
        Working working = person.claim().orElseThrow();
        StoredCheckpoint stored = checkpoint(working.assignment(), 51_200);
        assertThat(working.worker()
                        .send(working.assignment(), "checkpoints", new CheckpointReport(stored))
                        .status())
                .isEqualTo(204);
        person.send(HttpMethod.PUT, "/api/v1/sweeps/" + sweep + "/cancellation");
        return stored;
    }

    private Working retried(UUID sweep) {
        person.send(HttpMethod.POST, "/api/v1/sweeps/" + sweep + "/retry");
        return person.claim().orElseThrow();
    }

    private static Answer download(Working working, String checkpoint) {
        return working.worker()
                .send(working.assignment(), "downloads", new DownloadRequest(checkpoint, List.of("manifest.json")));
    }

    @Test
    void aRetriedRunReadsTheCheckpointOfItsCancelledGeneration() {
        UUID sweep = person.submit(SWEEP);
        StoredCheckpoint stored = cancelledOnTheWay(sweep);
        Working again = retried(sweep);
        assertThat(training(again.assignment()).resume()).isEqualTo(stored);

        Answer answer = download(again, stored.uri());
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().path("urls").path(0).asString()).contains("/state-51200/manifest.json?");
    }

    @Test
    void aCheckpointThatItsRunWasNotGivenIsNotRead() {
        UUID sweep = person.submit(SWEEP);
        StoredCheckpoint stored = cancelledOnTheWay(sweep);
        jdbc.sql("UPDATE checkpoint SET going_since = now()").update();
        Working again = retried(sweep);
        assertThat(training(again.assignment()).resume()).isNull();

        assertThat(download(again, stored.uri()).body())
                .contains("must be a checkpoint that the attempt's assignment names");
    }

    @Test
    void lateWritesAreRefusedAndCounted() {
        aRun().insert(jdbc);
        ProtocolClient worker = aWorker(http, workers);
        Assignment attempt = worker.claim();
        jdbc.sql("UPDATE attempt SET state = 'FENCED', ended_at = now()").update();
        String uri = attempt.artifactUri() + "/tokens-1/manifest.json";

        assertThat(worker.send(attempt, "uploads", new UploadRequest(uri, 2)).code())
                .isEqualTo("ATTEMPT_FENCED");
        assertThat(worker.send(attempt, "uploaded", new UploadedParts(uri, "1", List.of("a")))
                        .code())
                .isEqualTo("ATTEMPT_FENCED");
        assertThat(worker.send(attempt, "downloads", new DownloadRequest(uri, List.of("a")))
                        .code())
                .as("which writes nothing")
                .isEqualTo("ATTEMPT_FENCED");
        assertThat(jdbc.sql("SELECT refused_writes FROM attempt")
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
    }
}

package io.bitfrontier.service.ingest;

import static io.bitfrontier.service.testing.ProtocolClient.aWorker;
import static io.bitfrontier.service.testing.ProtocolClient.batch;
import static io.bitfrontier.service.testing.ProtocolClient.checkpoint;
import static io.bitfrontier.service.testing.ProtocolClient.evaluation;
import static io.bitfrontier.service.testing.ProtocolClient.training;
import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.ProtocolClient.Answer;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.CheckpointReport;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Heartbeat;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.LogChunk;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import io.bitfrontier.vocabulary.work.EvaluationResult.LayerDrift;
import io.bitfrontier.vocabulary.work.EvaluationResult.Metric;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;

@ServiceTest
class WorkerProtocolTest {
    @Autowired
    private MockMvc http;

    @Autowired
    private Workers workers;

    @Autowired
    private JdbcClient jdbc;

    private ProtocolClient worker;

    @BeforeEach
    void registerAWorker() {
        worker = aWorker(http, workers);
    }

    @Test
    void aRunIsClaimedTrainedEvaluatedAndItsResultsAreStored() {
        Seeded trunk = aRun().insert(jdbc);
        Seeded evaluation = aRun().evaluating(trunk).insert(jdbc);
        Seeded branch = aRun().after(trunk).insert(jdbc);

        Assignment train = worker.claim();
        assertThat(train.runId()).isEqualTo(trunk.run());
        assertThat(training(train).trajectory().fingerprint()).isEqualTo(trunk.fingerprint());
        assertThat(worker.send(train, "heartbeat", new Heartbeat(500))
                        .json()
                        .path("command")
                        .asString())
                .isEqualTo("continue");
        assertThat(worker.send(train, "metrics", batch(1, 5))
                        .json()
                        .path("acceptedThrough")
                        .asLong())
                .isEqualTo(1);
        assertThat(worker.send(train, "log", new LogChunk(1, "hello\n")).status())
                .isEqualTo(204);
        assertThat(worker.send(train, "completion", new Completion(1, checkpoint(train, 1000), null))
                        .status())
                .isEqualTo(204);
        assertThat(stateOf(trunk)).isEqualTo("SUCCEEDED");
        assertThat(stateOf(branch)).isEqualTo("READY");

        Assignment evaluate = worker.claim();
        assertThat(evaluate.runId()).isEqualTo(evaluation.run());
        assertThat(evaluation(evaluate).checkpoint()).isEqualTo(checkpoint(train, 1000));
        EvaluationResult result = new EvaluationResult(
                List.of(new Metric("loss", 2.0, 0.01, 100, null), new Metric("choices.accuracy", 0.5, 0.1, 9, "/wE=")),
                List.of(new LayerDrift("layers.0.q", 0.25)));
        assertThat(worker.send(evaluate, "completion", new Completion(0, null, result))
                        .status())
                .isEqualTo(204);
        assertThat(stateOf(evaluation)).isEqualTo("SUCCEEDED");
        assertThat(jdbc.sql("SELECT count(*) FROM evaluation_metric")
                        .query(Long.class)
                        .single())
                .isEqualTo(2);

        Assignment second = worker.claim();
        assertThat(second.runId()).isEqualTo(branch.run());
        assertThat(training(second).from()).isEqualTo(checkpoint(train, 1000));
        assertThat(worker.complete(second).status()).isEqualTo(204);
        assertThat(worker.tryClaim(new ClaimRequest(null, null)).status()).isEqualTo(204);
    }

    @Test
    void theDeviceThatAClaimNamesIsKeptWithTheAttempt() {
        aRun().insert(jdbc);
        Answer tooLong = worker.tryClaim(new ClaimRequest(null, null, "x".repeat(201)));
        assertThat(tooLong.status()).isEqualTo(400);
        assertThat(tooLong.body()).contains("device").contains("200");

        Assignment attempt = worker.claim(new ClaimRequest(null, null, "cpu: AMD EPYC, 1 thread"));
        assertThat(deviceOf(attempt)).contains("cpu: AMD EPYC, 1 thread");
        Assignment again = worker.claim(new ClaimRequest(null, null));
        assertThat(again.attemptId()).isEqualTo(attempt.attemptId());
        assertThat(deviceOf(again)).as("whoever gets it says on what").isEmpty();
    }

    private Optional<String> deviceOf(Assignment attempt) {
        return jdbc.sql("SELECT device FROM attempt WHERE id = ? AND device IS NOT NULL")
                .param(attempt.attemptId())
                .query(String.class)
                .optional();
    }

    @Test
    void metricsAreStoredOnceHoweverOftenTheyAreSent() {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        assertThat(worker.send(attempt, "metrics", batch(1, 10)).status()).isEqualTo(200);
        Answer again = worker.send(attempt, "metrics", batch(1, 10));
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().path("acceptedThrough").asLong()).isEqualTo(1);
        assertThat(rows()).isEqualTo(10);

        Answer gap = worker.send(attempt, "metrics", batch(3, 10));
        assertThat(gap.status()).isEqualTo(409);
        assertThat(gap.code()).isEqualTo("METRICS_OUT_OF_ORDER");
        assertThat(gap.json().path("expectedSequence").asLong()).isEqualTo(2);
        assertThat(rows()).isEqualTo(10);
    }

    @Test
    void aLossThatIsNotFiniteIsStoredAsNull() {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        String json = """
                {"sequence": 1, "resumedFromTokens": 0, "rows": [{"tokens": 100, "step": 1, "loss": "NaN",
                 "learningRate": 0.1, "gradientNorm": "Infinity", "tokensPerSecond": 1, "memoryBytes": 1}]}
                """;
        assertThat(worker.sendText(attempt, "metrics", json).status()).isEqualTo(200);
        assertThat(jdbc.sql("SELECT loss IS NULL AND gradient_norm IS NULL FROM metric")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void badMetricsAreRefusedWithEveryViolation() {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        Answer tooMany = worker.send(attempt, "metrics", batch(1, 1001));
        assertThat(tooMany.status()).isEqualTo(400);
        assertThat(tooMany.json().path("violations").path(0).path("path").asString())
                .isEqualTo("rows");
        Answer bad = worker.sendText(attempt, "metrics", """
                {"sequence": 1, "resumedFromTokens": 100, "rows": [{"tokens": 100, "step": 0, "loss": 1,
                 "learningRate": 0.1, "gradientNorm": 1, "tokensPerSecond": 1, "memoryBytes": -1}]}
                """);
        assertThat(bad.json().path("violations").size()).isEqualTo(3);
        assertThat(worker.sendText(attempt, "metrics", "{\"sequence\": 1, \"rows\": null, \"resumedFromTokens\": 0}")
                        .status())
                .isEqualTo(400);
        assertThat(worker.sendText(attempt, "metrics", "{\"sequence\": 1, \"nonsense\": 2}")
                        .status())
                .isEqualTo(400);
        assertThat(rows()).isZero();
    }

    @Test
    void aCompletionWithMissingMetricsNamesTheBatchToResend() {
        Seeded run = aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        worker.send(attempt, "metrics", batch(1, 3));
        Answer answer = worker.send(attempt, "completion", new Completion(3, checkpoint(attempt, 1000), null));
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("METRICS_MISSING");
        assertThat(answer.json().path("expectedSequence").asLong()).isEqualTo(2);
        assertThat(stateOf(run)).isEqualTo("RUNNING");

        worker.send(attempt, "metrics", batch(2, 3));
        worker.send(attempt, "metrics", batch(3, 3));
        Completion completion = new Completion(3, checkpoint(attempt, 1000), null);
        assertThat(worker.send(attempt, "completion", completion).status()).isEqualTo(204);
        assertThat(worker.send(attempt, "completion", completion).status())
                .as("saying it twice changes nothing")
                .isEqualTo(204);
        assertThat(stateOf(run)).isEqualTo("SUCCEEDED");
    }

    @Test
    void aCheckpointOutsideTheAttemptsDirectoryIsRefused() {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        Completion stolen = new Completion(
                0,
                new io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint(
                        attempt.artifactUri() + "/../../elsewhere", "zz", 7, "other", 0),
                null);
        Answer answer = worker.send(attempt, "completion", stolen);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("violations").size()).isEqualTo(5);
    }

    @Test
    void checkpointsOnTheWayAreResumedFrom() {
        Seeded run = aRun().insert(jdbc);
        Assignment first = worker.claim();
        CheckpointReport report = new CheckpointReport(checkpoint(first, 400));
        assertThat(worker.send(first, "checkpoints", report).status()).isEqualTo(204);
        assertThat(worker.send(first, "checkpoints", report).status()).isEqualTo(204);
        assertThat(worker.sendText(first, "failure", "{\"failureClass\": \"PREEMPTED\", \"message\": \"leaving\"}")
                        .status())
                .isEqualTo(204);
        assertThat(stateOf(run)).isEqualTo("READY");

        Assignment second = worker.claim();
        assertThat(training(second).resume()).isEqualTo(checkpoint(first, 400));
        assertThat(worker.complete(second).status()).isEqualTo(204);
    }

    @Test
    void wrongTokensAreRefused() {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        String metrics = "/api/v1/attempts/" + attempt.attemptId() + "/metrics";
        assertThat(worker.post(metrics, "wrong", "{}").status()).isEqualTo(401);
        assertThat(worker.post("/api/v1/attempts/999999/metrics", attempt.token(), "{}")
                        .status())
                .isEqualTo(401);
        assertThat(worker.post("/api/v1/attempts/x/metrics", attempt.token(), "{}")
                        .status())
                .isEqualTo(401);
        Answer claim = worker.post("/api/v1/workers/" + worker.id() + "/claims", attempt.token(), "{}");
        assertThat(claim.status()).as("an attempt's token claims nothing").isEqualTo(401);
        assertThat(claim.code()).isEqualTo("UNAUTHENTICATED");
        ProtocolClient other = aWorker(http, workers);
        assertThat(other.post("/api/v1/workers/" + worker.id() + "/claims", "", "{}")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void aBodyBeyondTheBoundIsRefused() {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        assertThat(worker.sendText(attempt, "log", "x".repeat(1_100_000)).status())
                .isEqualTo(413);
    }

    @Test
    void anIncompleteMessageNamesEveryMissingField() {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        Answer answer = worker.sendText(
                attempt, "completion", "{\"lastMetricSequence\": 0, \"checkpoint\": {\"tokens\": 1, \"bytes\": 1}}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("violations").size()).isEqualTo(3);
    }

    private String stateOf(Seeded run) {
        return jdbc.sql("SELECT state FROM run WHERE id = ?")
                .param(run.run())
                .query(String.class)
                .single();
    }

    private long rows() {
        return jdbc.sql("SELECT count(*) FROM metric").query(Long.class).single();
    }
}

package io.bitfrontier.service.ingest;

import static io.bitfrontier.service.testing.ProtocolClient.aWorker;
import static io.bitfrontier.service.testing.ProtocolClient.checkpoint;
import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricBatch;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import io.bitfrontier.vocabulary.work.EvaluationResult.Metric;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;

/** How fast attempts were, and on what. */
@ServiceTest
class ThroughputTest {
    private static final ClaimRequest ON_TWO_GPUS = new ClaimRequest(null, null, "2 × cuda: NVIDIA H200");

    private final JdbcClient jdbc;
    private final MockMvc http;
    private final Workers workers;
    private ProtocolClient worker;

    @Autowired
    ThroughputTest(JdbcClient jdbc, MockMvc http, Workers workers) {
        this.jdbc = jdbc;
        this.http = http;
        this.workers = workers;
        this.worker = aWorker(http, workers);
    }

    @BeforeEach
    void aFreshWorker() {
        worker = aWorker(http, workers);
    }

    @Test
    void theSpeedIsThatOfTheCurveWithoutItsFirstRow() {
        Seeded run = runOfFlops(aRun().insert(jdbc), 6e6);
        Assignment attempt = worker.claim(ON_TWO_GPUS);

        worker.send(attempt, "metrics", new MetricBatch(1, 0, List.of(row(100, 1), row(400, 300), row(1000, 600))));
        assertThat(worker.send(attempt, "completion", new Completion(1, checkpoint(attempt, 1000), null))
                        .status())
                .isEqualTo(204);

        Map<String, Object> measured = only();
        assertThat(measured)
                .containsEntry("device", "2 × cuda: NVIDIA H200")
                .containsEntry("devices", 2)
                .containsEntry("kind", "train")
                .containsEntry("model", "tiny")
                .containsEntry("precision", "16")
                .containsEntry("quantizer", null)
                .containsEntry("flops_per_token", 6e3)
                .containsEntry("tokens", 900L)
                .containsEntry("resource_class", "local");
        assertThat(jdbc.sql("SELECT seconds FROM throughput")
                        .query(Double.class)
                        .single())
                .isCloseTo(300.0 / 300 + 600.0 / 600, within(1e-9));
        assertThat(run.tokens()).isEqualTo(1000);
    }

    @Test
    void anEvaluationIsTimedFromItsClaim() {
        Seeded trunk = aRun().insert(jdbc);
        runOfFlops(aRun().evaluating(trunk).insert(jdbc), 8e6);
        Assignment train = worker.claim();
        worker.complete(train);
        Assignment evaluate = worker.claim();

        EvaluationResult result = new EvaluationResult(List.of(new Metric("loss", 2.0, 0.01, 100, null)), List.of());
        worker.send(evaluate, "completion", new Completion(0, null, result));

        // The train run had neither FLOPs nor a curve: nothing is known of it.
        assertThat(only())
                .containsEntry("kind", "evaluate")
                .containsEntry("device", "unnamed device")
                .containsEntry("tokens", 8L * 128)
                .containsEntry("flops_per_token", 8e6 / (8 * 128));
    }

    @Test
    void aRunWithoutACurveSaysNothing() {
        runOfFlops(aRun().insert(jdbc), 6e6);

        assertThat(worker.complete(worker.claim(ON_TWO_GPUS)).status()).isEqualTo(204);

        assertThat(jdbc.sql("SELECT count(*) FROM throughput").query(Long.class).single())
                .isZero();
    }

    private Seeded runOfFlops(Seeded run, double flops) {
        jdbc.sql("UPDATE run SET flops = ? WHERE id = ?")
                .params(flops, run.run())
                .update();
        return run;
    }

    private static MetricRow row(long tokens, double tokensPerSecond) {
        return new MetricRow(tokens, tokens / 100, 2.5, 1e-3, 0.5, tokensPerSecond, 1 << 20);
    }

    private Map<String, Object> only() {
        return jdbc.sql("SELECT * FROM throughput").query().singleRow();
    }
}

package io.bitfrontier.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.trainer.data.TokenSources;
import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.eval.Evaluation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TrainCommandTest {
    private static final String SPECIFICATION = """
            model: {layers: 1, dim: 16, heads: 2, ffn: 32, vocab: 128}
            tokens: 20480
            precision: 1.58
            scheme: {fp-then-qat: {qatFraction: 0.2, parent: stable}}
            quantizer: paretoq
            seed: 3
            training: {learningRate: {default: 5e-3}, qat: {learningRate: {"1.58": 2e-3}}}
            evaluation: {windows: 320}
            """;

    @TempDir
    Path directory;

    private final StringWriter output = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @Test
    void aPointIsTrainedEvaluatedAndTheFilesSaySo() throws IOException {
        assertThat(train(SPECIFICATION, TrainCommandTest::executor)).isZero();

        JsonNode result = JsonMapper.shared().readTree(Files.readString(out().resolve("result.json")));
        assertThat(result.path("precision").asString()).isEqualTo("1.58");
        assertThat(result.path("quantizer").asString()).isEqualTo("seq");
        assertThat(result.path("tokens").asLong()).isEqualTo(20480);
        assertThat(result.path("trajectory")
                        .path("optimizer")
                        .path("learningRate")
                        .asDouble())
                .isEqualTo(2e-3);
        assertThat(result.path("metrics").path(0).path("name").asString()).isEqualTo("loss");
        assertThat(result.path("layerDrift").size()).isEqualTo(7);
        List<String> curve = Files.readAllLines(out().resolve("metrics.csv"));
        assertThat(curve.get(0)).startsWith("tokens,step,loss");
        assertThat(curve).last().asString().startsWith("20480,20,");
        assertThat(output.toString()).contains("20480 of 20480 tokens (100 %)");
    }

    @Test
    void theSameCommandGoesOnFromTheNewestCheckpointToTheSameBytes() throws IOException {
        assertThat(train(SPECIFICATION, TrainCommandTest::executor)).isZero();
        byte[] expected = Files.readAllBytes(out().resolve("result.json"));
        List<String> curve = losses();

        // As if the second of the two trajectories had been killed: its state is gone, its rows are there.
        JsonNode checkpoint = JsonMapper.shared().readTree(expected).path("checkpoint");
        Path state = Path.of(java.net.URI.create(checkpoint.path("uri").asString()));
        Files.delete(state.resolve("state.safetensors"));
        Files.delete(state.resolve("manifest.json"));
        Files.delete(state);
        Files.delete(out().resolve("result.json"));

        assertThat(train(SPECIFICATION, TrainCommandTest::executor)).isZero();

        assertThat(Files.readAllBytes(out().resolve("result.json"))).isEqualTo(expected);
        assertThat(losses()).isEqualTo(curve);
    }

    @Test
    void everyFaultOfASpecificationIsNamedWithItsPlace() throws IOException {
        int code = train("""
                model: tiny-17
                tokens: 100
                precision: 5
                scheme: magic
                quantiser: paretoq
                training: {batchTokens: 1000, beta1: 2, learningRate: fast, warmup: 3}
                evaluate: [poetry]
                """, TrainCommandTest::executor);

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString())
                .contains("quantiser is unknown")
                .contains("model is 'tiny-17'")
                .contains("tokens is 100")
                .contains("precision is 5")
                .contains("training.batchTokens is 1000, must be a multiple of 128")
                .contains("training.beta1 is 2")
                .contains("training.learningRate is fast")
                .contains("training.warmup is unknown")
                .contains("evaluate names poetry");
    }

    @Test
    void seqAtFourBitsIsRefused() throws IOException {
        assertThat(train("{model: tiny-17k, tokens: 1M, precision: 4, quantizer: seq}", TrainCommandTest::executor))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("seq has no 4-bit grid");
    }

    @Test
    void somethingElseThanYamlIsRefused() throws IOException {
        assertThat(train("model: [tiny-17k", TrainCommandTest::executor)).isEqualTo(2);
        assertThat(errors.toString()).contains("not YAML");
    }

    private int train(String yaml, Function<Compute, LocalExecutor> executors) throws IOException {
        Path specification = Files.writeString(directory.resolve("spec.yaml"), yaml);
        return new CommandLine(new TrainCommand(Map.of(), executors))
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(errors))
                .execute(specification.toString(), "--out", out().toString());
    }

    private Path out() {
        return directory.resolve("out");
    }

    /** tokens, step, loss, rate and norm: what a rerun repeats. */
    private List<String> losses() throws IOException {
        return Files.readAllLines(out().resolve("metrics.csv")).stream()
                .map(line -> line.replaceFirst("(,[^,]*){2}$", ""))
                .toList();
    }

    private static LocalExecutor executor(Compute compute) {
        Checkpoints checkpoints = new Checkpoints(Work.QUANTIZATION);
        Trainer trainer = new Trainer(checkpoints, Work.QUANTIZATION, TokenSources::open, Clock.systemUTC());
        return new LocalExecutor(trainer, new Evaluation(checkpoints)::evaluate);
    }
}

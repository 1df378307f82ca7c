package io.bitfrontier.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.vocabulary.Flops;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Precision;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(120)
class BenchCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aShortRunGivesEveryFigureAsOneJsonDocument() {
        int exit = bench(
                "--model=tiny-17k",
                "--rounds=1",
                "--block-seconds=0.01",
                "--threads=1",
                "--memory-steps=100",
                "--only=step,qat,memory",
                "--precision=2",
                "--json");

        assertThat(exit).isZero();
        JsonNode result = JsonMapper.builder().build().readTree(out.toString());
        assertThat(result.path("steps").size()).isEqualTo(2);
        assertThat(result.path("overheads").size()).isEqualTo(2);
        assertThat(result.path("memory").path("earlyBytes").asLong()).isPositive();
        JsonNode step = result.path("steps").path(0);
        double perToken = Flops.trainPerToken(
                ModelCatalog.byName("tiny-17k").orElseThrow().shape(), Subjects.SEQUENCE);
        double rate = step.path("tokensPerSecond").path("median").asDouble();
        assertThat(step.path("flopsPerSecond").path("median").asDouble() / rate)
                .isBetween(perToken * 0.999, perToken * 1.001);
        assertThat(step.path("share").path("median").asDouble()).isPositive();
    }

    @Test
    void aShortRunPrintsATable() {
        assertThat(bench("--model=tiny-17k", "--rounds=1", "--block-seconds=0.01", "--threads=1", "--only=step"))
                .isZero();
        // Which of the model's multiplications is the fastest depends on the moment.
        assertThat(out.toString())
                .contains("| tiny-17k | 1 |", "| tiny-17k | 4 |")
                .containsPattern("sgemm [0-9]+x[0-9]+x[0-9]+ ");
    }

    /** On the processor against itself: the way is the same, and nothing may differ. */
    @Test
    void aDeviceIsComparedWithTheProcessor() {
        assertThat(bench("--model=tiny-17k", "--threads=1", "--only=device", "--precision=2", "--json"))
                .isZero();
        JsonNode agreements =
                JsonMapper.builder().build().readTree(out.toString()).path("agreements");
        assertThat(agreements.size()).isEqualTo(2);
        for (JsonNode agreement : agreements) {
            assertThat(agreement.path("device").asString()).isEqualTo("cpu");
            assertThat(agreement.path("largestDifference").asDouble()).isZero();
            assertThat(agreement.path("repeats").asBoolean()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--model=tiny-2M, there is no model 'tiny-2M'",
        "--precision=16, --precision is '16'",
        "--rounds=0, '--rounds is 0, at least 1 is needed'",
        "--block-seconds=0, '--block-seconds is 0.0, it must be above 0'",
        "--device=tpu, '--device is tpu, must be cpu, cuda, cuda:N or auto'",
        "--device=cuda:900, 'needs 901 GPUs'",
        "--threads=0, '--threads is 0, at least 1 is needed'",
        "--memory-steps=99, '--memory-steps is 99, at least 100 is needed'"
    })
    void aWrongOptionIsNamedWithItsBound(String option, String message) {
        assertThat(bench(option)).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void aLaneTimesEveryStepItIsAskedFor() {
        Subjects subjects = new Subjects(ModelCatalog.byName("tiny-17k").orElseThrow(), Compute.onCpu(1), 0.01);
        try (Lane lane = subjects.lane(Precision.TWO, 4)) {
            assertThat(lane.steps(3)).hasSize(3).doesNotContain(0.0);
            assertThat(lane.block()).isPositive();
        }
    }

    private int bench(String... options) {
        return new CommandLine(new BenchCommand(Map.of()))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(options);
    }
}

package io.bitfrontier.trainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.device.Machine;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Needs a GPU, and a build with {@code -Pgpu}. */
@Tag("gpu")
class TrainingOnGpuTest {
    @BeforeAll
    static void aGpuIsThere() {
        assumeTrue(Files.exists(Path.of("/dev/nvidia0")), "no GPU here: training on one is NOT tested");
        assertThat(Machine.here().isGpuBuild())
                .as("LibTorch for GPUs on the class path; build with -Pgpu")
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void itAgreesWithTheProcessorAndRepeatsItsBits(Precision precision) {
        BenchResult.Agreement found = DeviceCheck.of(
                ModelCatalog.byName("tiny-17k").orElseThrow(), precision, new Compute(ComputeDevice.cuda(0), 1, 1));
        assertThat(found.largestDifference()).isLessThan(1e-3);
        assertThat(found.repeats()).isTrue();
    }
}

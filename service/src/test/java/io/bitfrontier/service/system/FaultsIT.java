package io.bitfrontier.service.system;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A sweep that is struck by a fault at a random moment ends with the very bits of one that was left alone, every run done
 * exactly once, on three services over one database. {@link Strikes} tells which faults, and how often.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {
    private static final Path TABLE = Path.of("target", "faults.md");

    private @Nullable Trials<LocalPlant> trials;

    static Stream<Arguments> strikes() throws IOException {
        return Strikes.of(TABLE, Fault.values());
    }

    @BeforeAll
    void aSweepThatIsLeftAlone(@TempDir Path directory) throws Exception {
        // Where something is missing each test says so, and is counted.
        if (Replicas.packaged() && strikes().findAny().isPresent()) {
            trials = new Trials<>(new LocalPlant(directory, Replicas.COUNT, 1), TABLE);
            trials.leaveOneAlone();
        }
    }

    @BeforeEach
    void theProgramsAreThere() {
        assumeTrue(
                Replicas.packaged(),
                "SKIPPED: needs the packaged service and worker (mvn verify from the root builds them)");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("strikes")
    void aSweepThatIsStruckEndsWithTheSameBits(Fault fault, int repetition) throws Exception {
        requireNonNull(trials).strike(fault.name(), fault.description(), fault::strike);
    }

    @AfterAll
    void nothingIsLeftBehind() throws Exception {
        if (trials == null) {
            return;
        }
        try (LocalPlant plant = trials.plant()) {
            plant.replicas().stopAll();
            assertThat(plant.workers()).as("workers left behind").isEmpty();
        }
    }
}

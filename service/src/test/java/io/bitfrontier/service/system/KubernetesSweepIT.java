package io.bitfrontier.service.system;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bitfrontier.service.cluster.ControlPlane;
import io.bitfrontier.service.cluster.WorkerCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
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
import tools.jackson.databind.JsonNode;

/**
 * Whole sweeps train in Jobs of a real control plane, on three services, left alone or struck by a fault at a random moment, and
 * end with the bits that local processes give, every run done exactly once and nothing left in the cluster. {@link Strikes} tells
 * which faults, and how often.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubernetesSweepIT {
    private static final int LARGEST_OBJECT = 10_000;
    private static final Path TABLE = Path.of("target", "faults-on-kubernetes.md");

    private @Nullable Trials<ClusterPlant> trials;

    static Stream<Arguments> strikes() throws IOException {
        return Strikes.of(TABLE, Fault.values(), ClusterFault.values());
    }

    @BeforeAll
    void theSameSweepInProcesses(@TempDir Path local, @TempDir Path outside) throws Exception {
        // Where something is missing each test says so, and is counted.
        if (!Replicas.packaged()
                || !ControlPlane.isNamed()
                || strikes().findAny().isEmpty()) {
            return;
        }
        if (!Trials.knowOneLeftAlone()) {
            try (LocalPlant processes = new LocalPlant(local, 1, 2)) {
                new Trials<>(processes, TABLE).leaveOneAlone();
            }
        }
        trials = new Trials<>(new ClusterPlant(outside), TABLE);
    }

    @BeforeEach
    void theProgramsAreThere() {
        ControlPlane.shared();
        assumeTrue(
                Replicas.packaged(),
                "SKIPPED: needs the packaged service and worker (mvn verify from the root builds them)");
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("strikes")
    void aSweepInJobsEndsWithTheBitsOfProcesses(Enum<?> fault, int repetition) throws Exception {
        Trials<ClusterPlant> ready = requireNonNull(trials);
        if (fault instanceof ClusterFault own) {
            ready.strike(own.name(), own.description(), (plant, random) -> {
                noObjectIsLarge(plant.cluster());
                own.strike(plant, random);
            });
        } else if (fault instanceof Fault any) {
            ready.strike(any.name(), any.description(), any::strike);
        }
    }

    @AfterAll
    void nothingIsLeftInTheCluster() throws Exception {
        if (trials == null) {
            return;
        }
        try (ClusterPlant plant = trials.plant()) {
            plant.awaitEmpty();
        }
    }

    private static void noObjectIsLarge(WorkerCluster cluster) {
        for (List<JsonNode> objects : List.of(cluster.jobs(), cluster.pods(), cluster.secrets())) {
            assertThat(objects).isNotEmpty().allSatisfy(object -> assertThat(
                            object.toString().getBytes(StandardCharsets.UTF_8).length)
                    .isLessThan(LARGEST_OBJECT));
        }
    }
}

package io.bitfrontier.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.trainer.train.TrainingMonitor.Directive;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Resuming, sharing a trunk, keeping a state in memory: none of it changes a bit. */
class ExactnessTest {
    private static final QuantizerSpec TWO_BITS = QuantizerSpec.of(Quantizer.SEQ, Precision.TWO);
    private static final QuantizerSpec BITNET = QuantizerSpec.of(Quantizer.BITNET_ABSMEAN, Precision.TERNARY);
    private static final int STEPS = 6;

    @TempDir
    Path directory;

    static Stream<TrajectorySpec> trunks() {
        return Stream.of(
                Work.aTrunk(),
                Work.aTrunk(TWO_BITS),
                Work.aTrunk(BITNET),
                Work.withMicroBatches(Work.aTrunk(TWO_BITS), 3));
    }

    @ParameterizedTest
    @MethodSource("trunks")
    void resumingFromAnyCheckpointRepeatsTheCurveAndTheFinalBytes(TrajectorySpec trajectory) throws IOException {
        TrainWork work = Work.fresh(trajectory, STEPS);
        RecordingMonitor uninterrupted = new RecordingMonitor();
        StoredCheckpoint expected = train(work, "alone", uninterrupted);

        RecordingMonitor checkpointing = new RecordingMonitor();
        train(Work.withCheckpointsAllTheTime(work), "checkpointing", checkpointing);
        assertThat(checkpointing.curve()).isEqualTo(uninterrupted.curve());
        assertThat(checkpointing.checkpoints).hasSize(STEPS - 1);

        for (StoredCheckpoint checkpoint : checkpointing.checkpoints) {
            RecordingMonitor resumed = new RecordingMonitor();
            StoredCheckpoint end = train(Work.resumed(work, checkpoint), "resumed", resumed);

            assertThat(resumed.resumedFromTokens).isEqualTo(checkpoint.tokens());
            assertThat(resumed.curve())
                    .isEqualTo(uninterrupted.curve().stream()
                            .filter(row -> (Long) row.get(0) > checkpoint.tokens())
                            .toList());
            assertThat(stateBytes(end)).isEqualTo(stateBytes(expected));
            assertThat(end.sha256()).isEqualTo(expected.sha256());
        }
    }

    @Test
    void aWorkerAskedToLeaveCheckpointsFirstAndAnotherGoesOnFromThere() throws IOException {
        TrainWork work = Work.fresh(Work.aTrunk(TWO_BITS), STEPS);
        StoredCheckpoint expected = train(work, "alone", new RecordingMonitor());
        RecordingMonitor leaving = RecordingMonitor.saying(Directive.CHECKPOINT_AND_LEAVE, 4);

        assertThatThrownBy(() -> train(work, "left", leaving))
                .isInstanceOfSatisfying(WorkInterruptedException.class, e -> assertThat(e.directive())
                        .isEqualTo(Directive.CHECKPOINT_AND_LEAVE));

        assertThat(leaving.checkpoints).singleElement().satisfies(c -> assertThat(c.tokens())
                .isEqualTo(4L * Work.BATCH));
        StoredCheckpoint end = train(Work.resumed(work, leaving.checkpoints.get(0)), "resumed", new RecordingMonitor());
        assertThat(end.sha256()).isEqualTo(expected.sha256());
    }

    @Test
    void aWorkerToldToStopWritesNothing() {
        RecordingMonitor stopping = RecordingMonitor.saying(Directive.STOP, 3);

        assertThatThrownBy(() -> train(Work.fresh(Work.aTrunk(), STEPS), "stopped", stopping))
                .isInstanceOf(WorkInterruptedException.class);

        assertThat(stopping.checkpoints).isEmpty();
        assertThat(directory.resolve("stopped")).doesNotExist();
    }

    /** The first question is before writing, the second before the directory gets its name. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aProcessThatWasFrozenAtItsFinalStateWritesNothing(int permissions) {
        RecordingMonitor thawed = RecordingMonitor.permitting(permissions);

        assertThatThrownBy(() -> train(Work.fresh(Work.aTrunk(), 3), "thawed", thawed))
                .isInstanceOfSatisfying(WorkInterruptedException.class, e -> assertThat(e.directive())
                        .isEqualTo(Directive.STOP));

        assertThat(filesOf("thawed")).isEmpty();
    }

    @Test
    void aProcessThatWasFrozenInTheMiddleOfACheckpointTakesItBack() {
        TrainWork work = Work.withCheckpointsAllTheTime(Work.fresh(Work.aTrunk(), STEPS));
        RecordingMonitor thawed = RecordingMonitor.permitting(3);

        assertThatThrownBy(() -> train(work, "thawed", thawed)).isInstanceOf(WorkInterruptedException.class);

        assertThat(thawed.checkpoints).hasSize(1);
        assertThat(filesOf("thawed")).containsExactly("tokens-" + Work.BATCH);
    }

    private List<String> filesOf(String name) {
        String[] names = directory.resolve(name).toFile().list();
        return names == null ? List.of() : List.of(names);
    }

    static Stream<TrajectorySpec> branches() {
        TrajectorySpec trunk = Work.aTrunk();
        TrajectorySpec quantizedTrunk = Work.aTrunk(TWO_BITS);
        return Stream.of(
                Work.aBranch(trunk, STEPS, ScheduleSpec.linear(4), null, true),
                Work.aBranch(trunk, STEPS, ScheduleSpec.linear(4), TWO_BITS, true),
                Work.aBranch(trunk, STEPS, ScheduleSpec.linear(4), TWO_BITS, false),
                Work.aBranch(quantizedTrunk, STEPS, ScheduleSpec.linear(4), TWO_BITS, true));
    }

    /** Alone: one process, the trunk never stored on its way, the branch on what is in memory. */
    @ParameterizedTest
    @MethodSource("branches")
    void aBranchOffASharedTrunkEqualsTheSameRunTrainedAlone(TrajectorySpec branch) throws IOException {
        TrajectorySpec trunk = trunkOf(branch);
        RecordingMonitor alone = new RecordingMonitor();
        StoredCheckpoint expected;
        try (Trainer trainer = Work.aTrainer()) {
            StoredCheckpoint end = trainer.train(Work.fresh(trunk, STEPS), directory.resolve("alone"), alone);
            expected = trainer.train(Work.from(end, branch, STEPS + 4), directory.resolve("alone"), alone);
            assertThat(alone.log).last().asString().contains("in memory");
        }

        StoredCheckpoint early = train(Work.fresh(trunk, 3), "shared", new RecordingMonitor());
        RecordingMonitor trunkRows = new RecordingMonitor();
        StoredCheckpoint shared = train(Work.from(early, trunk, STEPS), "shared", trunkRows);
        StoredCheckpoint further = train(Work.from(shared, trunk, STEPS + 6), "shared", new RecordingMonitor());
        RecordingMonitor branchRows = new RecordingMonitor();
        StoredCheckpoint end = train(Work.from(shared, branch, STEPS + 4), "shared", branchRows);

        assertThat(further.tokens()).isGreaterThan(shared.tokens());
        assertThat(stateBytes(end)).isEqualTo(stateBytes(expected));
        assertThat(branchRows.curve())
                .isEqualTo(alone.curve().stream()
                        .filter(row -> (Long) row.get(0) > shared.tokens())
                        .toList());
    }

    @Test
    void theSeedDecidesTheBits() throws IOException {
        TrajectorySpec trajectory = Work.aTrunk();
        StoredCheckpoint once = train(Work.fresh(trajectory, 3), "once", new RecordingMonitor());
        StoredCheckpoint again = train(Work.fresh(trajectory, 3), "again", new RecordingMonitor());
        StoredCheckpoint other = train(Work.fresh(Work.withSeed(trajectory, 8), 3), "other", new RecordingMonitor());

        assertThat(stateBytes(again)).isEqualTo(stateBytes(once));
        assertThat(stateBytes(other)).isNotEqualTo(stateBytes(once));
    }

    @Test
    void postTrainingQuantizationStoresTheWeightsWithFreshScalesAndTrainsNothing() {
        TrajectorySpec trunk = Work.aTrunk();
        StoredCheckpoint full = train(Work.fresh(trunk, 4), "trunk", new RecordingMonitor());
        TrajectorySpec quantized = Work.aBranch(trunk, 4, ScheduleSpec.linear(1), TWO_BITS, false);
        RecordingMonitor monitor = new RecordingMonitor();

        StoredCheckpoint stored = train(Work.from(full, quantized, 4), "ptq", monitor);

        assertThat(monitor.rows).isEmpty();
        assertThat(stored.tokens()).isEqualTo(full.tokens());
        assertThat(stored.trajectory()).isEqualTo(quantized.fingerprint());
        try (TrainingState before = new Checkpoints(Work.QUANTIZATION).load(full);
                TrainingState after = new Checkpoints(Work.QUANTIZATION).load(stored)) {
            float[] weights = Tensors.floats(before.arena().values());
            float[] withScales = Tensors.floats(after.arena().values());
            assertThat(withScales).startsWith(weights).hasSizeGreaterThan(weights.length);
            for (int i = weights.length; i < withScales.length; i++) {
                assertThat(withScales[i]).isPositive();
            }
            assertThat(Tensors.floats(after.firstMoment())).containsOnly(0f);
        }
    }

    private static TrajectorySpec trunkOf(TrajectorySpec branch) {
        TrajectorySpec trunk = Work.aTrunk();
        return branch.start() != null && branch.start().trajectory().equals(trunk.fingerprint())
                ? trunk
                : Work.aTrunk(TWO_BITS);
    }

    private StoredCheckpoint train(TrainWork work, String name, RecordingMonitor monitor) {
        try (Trainer trainer = Work.aTrainer()) {
            return trainer.train(work, directory.resolve(name), monitor);
        }
    }

    private static byte[] stateBytes(StoredCheckpoint checkpoint) throws IOException {
        return Files.readAllBytes(Work.fileOf(checkpoint, "state.safetensors"));
    }
}

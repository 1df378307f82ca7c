package io.bitfrontier.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.trainer.model.ParameterLayout;
import io.bitfrontier.trainer.model.ParameterLayout.Entry;
import io.bitfrontier.trainer.model.ParameterLayout.Segment;
import io.bitfrontier.trainer.quant.WeightQuantizer;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
    private static final TrajectorySpec TRAJECTORY = Work.aTrunk(QuantizerSpec.of(Quantizer.LSQ, Precision.THREE));

    @TempDir
    Path directory;

    private final Checkpoints checkpoints = new Checkpoints(Work.QUANTIZATION);
    private StoredCheckpoint stored = new StoredCheckpoint("file:///nowhere", "", 0, "", 0);

    @BeforeEach
    void aStoredState() {
        try (Trainer trainer = Work.aTrainer()) {
            stored = trainer.train(Work.fresh(TRAJECTORY, 2), directory, new RecordingMonitor());
        }
    }

    @Test
    void aCheckpointTellsItsHashPositionAndSize() throws IOException {
        Path manifest = Work.fileOf(stored, "manifest.json");
        assertThat(stored.tokens()).isEqualTo(2L * Work.BATCH);
        assertThat(stored.trajectory()).isEqualTo(TRAJECTORY.fingerprint());
        assertThat(stored.bytes())
                .isEqualTo(Files.size(manifest) + Files.size(Work.fileOf(stored, "state.safetensors")));
        assertThat(CheckpointDirectory.newest(directory, TRAJECTORY.fingerprint()))
                .contains(stored);
    }

    @Test
    void aChangedByteIsRefused() throws IOException {
        Path file = Work.fileOf(stored, "state.safetensors");
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.seek(access.length() / 2);
            int value = access.read();
            access.seek(access.length() / 2);
            access.write(value ^ 1);
        }
        assertRefused(() -> checkpoints.load(stored), "state.safetensors", "SHA-256");
        assertThat(CheckpointDirectory.newest(directory, TRAJECTORY.fingerprint()))
                .isEmpty();
    }

    @Test
    void aTruncatedFileIsRefused() throws IOException {
        Path file = Work.fileOf(stored, "state.safetensors");
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.setLength(access.length() - 4);
        }
        assertRefused(() -> checkpoints.load(stored), "state.safetensors", "bytes");
    }

    @Test
    void anotherManifestIsRefused() throws IOException {
        Path file = Work.fileOf(stored, "manifest.json");
        Files.writeString(file, Files.readString(file) + "\n");
        assertRefused(() -> checkpoints.load(stored), "manifest.json", "SHA-256");
    }

    @Test
    void aMissingCheckpointIsRefused() {
        assertRefused(
                () -> checkpoints.load(new StoredCheckpoint(
                        directory.resolve("gone").toUri().toString(), "0", 0, TRAJECTORY.fingerprint(), 0)),
                "gone",
                "cannot be read");
    }

    @Test
    void aSecondStateAtTheSameTokensGetsADirectoryOfItsOwn() throws IOException {
        byte[] before = Files.readAllBytes(Work.fileOf(stored, "state.safetensors"));
        try (Trainer trainer = Work.aTrainer()) {
            StoredCheckpoint second =
                    trainer.train(Work.fresh(Work.withSeed(TRAJECTORY, 99), 2), directory, new RecordingMonitor());
            assertThat(second.uri()).isNotEqualTo(stored.uri());
        }
        assertThat(Files.readAllBytes(Work.fileOf(stored, "state.safetensors"))).isEqualTo(before);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("tokens-128", "tokens-128-2");
        }
    }

    @Test
    void theFileHoldsHuggingFaceNamesScalesAndTheOptimizer() throws IOException {
        GoldenFile file = GoldenFile.tensors(Work.fileOf(stored, "state.safetensors"));
        ParameterLayout layout = new ParameterLayout(TRAJECTORY.model(), true);
        for (Entry entry : layout.entries()) {
            assertThat(file.floats(entry.name())).hasSize((int) entry.size());
            assertThat(file.floats("optimizer.m." + entry.name())).hasSize((int) entry.size());
            assertThat(file.floats("optimizer.v." + entry.name())).hasSize((int) entry.size());
        }
        assertThat(file.floats("model.layers.1.mlp.down_proj.weight_clip_val"))
                .hasSize(TRAJECTORY.model().dim());
        assertThat(file.floats("optimizer.ratio.model.layers.1.mlp.down_proj.weight_clip_val"))
                .hasSize(TRAJECTORY.model().dim());
    }

    @Test
    void theOpenedModelMultipliesWithQuantizedWeights() {
        long[] tokens = new long[2 * Work.SEQUENCE];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i % Work.SHAPE.vocab();
        }
        try (PointerScope scope = new PointerScope();
                CheckpointModel model = checkpoints.openModel(stored, TRAJECTORY);
                TrainingState state = checkpoints.load(stored)) {
            WeightQuantizer quantizer =
                    Work.QUANTIZATION.quantizers().apply(java.util.Objects.requireNonNull(TRAJECTORY.quantizer()));
            for (Entry matrix : state.arena().layout().entries(Segment.MATRICES)) {
                Entry scale = state.arena().layout().entry(ParameterLayout.scaleName(matrix.name()));
                Tensor weight = state.arena().value(matrix);
                weight.copy_(quantizer.quantize(
                        weight.clone(), state.arena().value(scale).view(scale.size())));
                state.arena().quantized(matrix).copy_(weight);
            }
            Tensor input = Tensor.create(tokens, 2L, (long) Work.SEQUENCE);
            io.bitfrontier.trainer.model.Decoder decoder = new io.bitfrontier.trainer.model.Decoder(
                    Work.SHAPE, state.arena().leaves(), false);
            assertThat(Tensors.floats(model.logits(input)))
                    .isEqualTo(Tensors.floats(decoder.logits(input).detach()));
            assertThat(model.vocab()).isEqualTo(Work.SHAPE.vocab());
        }
    }

    @Test
    void theMastersOfTheProjectionsAreReadByName() {
        try (PointerScope scope = new PointerScope();
                TrainingState state = checkpoints.load(stored)) {
            Map<String, Tensor> masters = checkpoints.projections(stored, TRAJECTORY.model());
            assertThat(masters).hasSize(7 * TRAJECTORY.model().layers());
            masters.forEach((name, tensor) -> assertThat(Tensors.floats(tensor))
                    .isEqualTo(Tensors.floats(
                            state.arena().value(state.arena().layout().entry(name)))));
        }
    }

    private static void assertRefused(ThrowingCallable load, String... words) {
        assertThatThrownBy(load)
                .isInstanceOfSatisfying(WorkFailedException.class, e -> assertThat(e.failureClass())
                        .isEqualTo(FailureClass.PLATFORM))
                .hasMessageContainingAll(words);
    }
}

package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.model.ParameterArena;
import io.bitfrontier.trainer.model.ParameterLayout;
import io.bitfrontier.trainer.model.ParameterLayout.Entry;
import io.bitfrontier.trainer.model.ParameterLayout.Segment;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * States on disk. A checkpoint is a directory: {@code state.safetensors} with the masters under their Hugging Face names, α as
 * {@code …_proj.weight_clip_val}, the optimizer as {@code optimizer.m.<name>}, {@code optimizer.v.<name>} and
 * {@code optimizer.ratio.<scale>}; and {@code manifest.json} with the configuration, the position and each file's hash.
 *
 * <p>A checkpoint is written under a temporary name, forced to disk and renamed; it is never overwritten. Reading verifies every
 * hash and throws {@link WorkFailedException} of class PLATFORM, naming the file, when one differs.
 */
public final class Checkpoints {
    private static final String STATE = "state.safetensors";

    private final Quantization quantization;
    private final ComputeDevice device;

    /** Checkpoints of states on the processor. */
    public Checkpoints(Quantization quantization) {
        this(quantization, ComputeDevice.CPU);
    }

    /** @param device where states are loaded to; what is on disk is the same for all devices */
    public Checkpoints(Quantization quantization, ComputeDevice device) {
        this.quantization = quantization;
        this.device = device;
    }

    /** Where states are loaded to. */
    ComputeDevice device() {
        return device;
    }

    /**
     * The model of a state as it is evaluated: the projections hold ŵ = Q(w, α). Close it.
     *
     * @param trajectory the trajectory that wrote the checkpoint
     */
    public CheckpointModel openModel(StoredCheckpoint checkpoint, TrajectorySpec trajectory) {
        ParameterArena arena =
                new ParameterArena(TrainingState.layout(trajectory), ParameterArena.Use.INFERENCE, device);
        try {
            readState(checkpoint, (channel, index, manifest) -> readMasters(channel, index, arena));
            return CheckpointModel.bake(arena, trajectory, quantization, device);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /**
     * The fp32 masters of the projections by name, each (rows, cols), for the weight drift. The caller's
     * {@link PointerScope} owns them.
     */
    public Map<String, Tensor> projections(StoredCheckpoint checkpoint, ModelShape shape) {
        Map<String, Tensor> found = new LinkedHashMap<>();
        readState(checkpoint, (channel, index, manifest) -> {
            for (Entry entry : new ParameterLayout(shape, false).entries(Segment.MATRICES)) {
                Tensor tensor = torch.empty(entry.shape());
                SafeTensors.read(channel, index, entry.name(), tensor);
                found.put(entry.name(), tensor);
            }
        });
        return found;
    }

    /** Loads a state with its optimizer. */
    TrainingState load(StoredCheckpoint checkpoint) {
        List<TrainingState> opened = new ArrayList<>();
        try {
            readState(checkpoint, (channel, index, manifest) -> {
                TrainingState state = new TrainingState(manifest.trajectory(), device);
                opened.add(state);
                readMasters(channel, index, state.arena());
                try (PointerScope scope = new PointerScope()) {
                    for (SafeTensors.Block block : optimizerBlocks(state)) {
                        for (SafeTensors.Slice slice : block.slices()) {
                            SafeTensors.read(channel, index, slice.name(), view(block.data(), slice));
                        }
                    }
                }
                state.progress(manifest.progress());
            });
            return opened.get(0);
        } catch (RuntimeException e) {
            opened.forEach(TrainingState::close);
            throw e;
        }
    }

    /**
     * Stores a state in a new directory below {@code parent}, named after its tokens.
     *
     * @param permission asked before writing and before the directory gets its name
     * @throws WorkInterruptedException without permission; nothing is left behind
     */
    StoredCheckpoint store(TrainingState state, Path parent, BooleanSupplier permission) {
        Runnable check = () -> {
            if (!permission.getAsBoolean()) {
                throw new WorkInterruptedException(TrainingMonitor.Directive.STOP);
            }
        };
        check.run();
        try {
            return CheckpointDirectory.write(
                    parent,
                    state.trajectory(),
                    state.progress(),
                    file -> SafeTensors.write(file, blocks(state)),
                    STATE,
                    check);
        } catch (IOException e) {
            throw new WorkFailedException(
                    FailureClass.PLATFORM, "the checkpoint cannot be written below " + parent + ": " + e, e);
        }
    }

    private interface StateReader {
        void read(FileChannel channel, SafeTensors.Index index, CheckpointManifest manifest) throws IOException;
    }

    private static void readState(StoredCheckpoint checkpoint, StateReader reader) {
        CheckpointDirectory.Verified verified = CheckpointDirectory.verify(checkpoint);
        Path file = verified.directory().resolve(STATE);
        try (FileChannel channel = FileChannel.open(file)) {
            reader.read(channel, SafeTensors.index(channel), verified.manifest());
        } catch (IOException | UncheckedIOException e) {
            throw new WorkFailedException(FailureClass.PLATFORM, "checkpoint " + file + " cannot be read: " + e, e);
        }
    }

    private static void readMasters(FileChannel channel, SafeTensors.Index index, ParameterArena arena)
            throws IOException {
        try (PointerScope scope = new PointerScope()) {
            for (Entry entry : arena.layout().entries()) {
                SafeTensors.read(channel, index, entry.name(), arena.value(entry));
            }
        }
    }

    private static List<SafeTensors.Block> blocks(TrainingState state) {
        List<SafeTensors.Block> blocks = new ArrayList<>();
        blocks.add(new SafeTensors.Block(
                state.arena().values(), slices("", state.arena().layout().entries(), 0)));
        blocks.addAll(optimizerBlocks(state));
        return blocks;
    }

    private static List<SafeTensors.Block> optimizerBlocks(TrainingState state) {
        ParameterLayout layout = state.arena().layout();
        List<Entry> scales = layout.entries(Segment.SCALES);
        return List.of(
                new SafeTensors.Block(state.firstMoment(), slices("optimizer.m.", layout.entries(), 0)),
                new SafeTensors.Block(state.secondMoment(), slices("optimizer.v.", layout.entries(), 0)),
                new SafeTensors.Block(
                        state.scaleRatios(), slices("optimizer.ratio.", scales, layout.start(Segment.SCALES))));
    }

    private static List<SafeTensors.Slice> slices(String prefix, List<Entry> entries, long base) {
        return entries.stream()
                .map(e -> new SafeTensors.Slice(prefix + e.name(), e.shape(), e.offset() - base))
                .toList();
    }

    private static Tensor view(Tensor flat, SafeTensors.Slice slice) {
        long size = 1;
        for (long length : slice.shape()) {
            size *= length;
        }
        return flat.narrow(0, slice.offset(), size).view(slice.shape());
    }
}

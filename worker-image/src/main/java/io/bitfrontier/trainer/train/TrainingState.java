package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.model.InitialWeights;
import io.bitfrontier.trainer.model.NativeKeep;
import io.bitfrontier.trainer.model.ParameterArena;
import io.bitfrontier.trainer.model.ParameterLayout;
import io.bitfrontier.trainer.model.ParameterLayout.Entry;
import io.bitfrontier.trainer.model.ParameterLayout.Segment;
import io.bitfrontier.trainer.quant.WeightQuantizer;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A state in memory: everything that the next optimizer step depends on. */
final class TrainingState implements AutoCloseable {
    private final TrajectorySpec trajectory;
    private final ComputeDevice device;
    private final ParameterArena arena;
    private final NativeKeep keep = new NativeKeep();
    private final Tensor firstMoment;
    private final Tensor secondMoment;
    private final Tensor scaleRatios;
    private Progress progress = Progress.START;

    /** A state of zeros on a device. */
    TrainingState(TrajectorySpec trajectory, ComputeDevice device) {
        this.trajectory = trajectory;
        this.device = device;
        ParameterLayout layout = layout(trajectory);
        arena = new ParameterArena(
                layout,
                trajectory.quantizer() == null ? ParameterArena.Use.FULL_PRECISION : ParameterArena.Use.QUANTIZED,
                device);
        firstMoment = keep.add(device.zeros(layout.size()));
        secondMoment = keep.add(device.zeros(layout.size()));
        scaleRatios = keep.add(device.zeros(layout.size(Segment.SCALES)));
    }

    static ParameterLayout layout(TrajectorySpec trajectory) {
        QuantizerSpec quantizer = trajectory.quantizer();
        return new ParameterLayout(
                trajectory.model(), quantizer != null && quantizer.quantizer().learnsScale());
    }

    /** Fresh weights by the trajectory's seed. */
    static TrainingState fresh(TrajectorySpec trajectory, @Nullable WeightQuantizer quantizer, ComputeDevice device) {
        TrainingState state = new TrainingState(trajectory, device);
        InitialWeights.initWeights(state.arena, trajectory.seed());
        state.startScales(quantizer);
        state.measureScaleRatios();
        return state;
    }

    /**
     * The first state of a branch: the weights of this state, with or without its optimizer. α goes on where the branch has the
     * same quantizer and starts anew, with zero moments, where it brings another.
     *
     * @throws WorkFailedException if the branch does not start here
     */
    TrainingState branch(TrajectorySpec branch, @Nullable WeightQuantizer quantizer) {
        TrajectorySpec.Start start = branch.start();
        String here = trajectory.fingerprint();
        if (start == null || !start.trajectory().equals(here) || start.tokens() != progress.tokens()) {
            throw new WorkFailedException(
                    FailureClass.PLATFORM,
                    "the state belongs to trajectory " + here + " at " + progress.tokens()
                            + " tokens, but the work starts from " + start,
                    null);
        }
        if (!branch.model().equals(trajectory.model())) {
            throw new WorkFailedException(
                    FailureClass.USER,
                    "the branch has model " + branch.model() + ", its trunk " + trajectory.model(),
                    null);
        }
        boolean sameScales = branch.quantizer() != null && Objects.equals(branch.quantizer(), trajectory.quantizer());
        TrainingState next = new TrainingState(branch, device);
        try (PointerScope scope = new PointerScope()) {
            long shared = sameScales ? arena.layout().size() : arena.layout().start(Segment.SCALES);
            copy(arena.values(), next.arena.values(), shared);
            if (start.carryOptimizer()) {
                copy(firstMoment, next.firstMoment, shared);
                copy(secondMoment, next.secondMoment, shared);
            }
        }
        if (!sameScales) {
            next.startScales(quantizer);
        }
        if (sameScales && start.carryOptimizer()) {
            next.scaleRatios.copy_(scaleRatios);
        } else {
            next.measureScaleRatios();
        }
        next.progress = !start.carryOptimizer()
                ? progress.withFreshOptimizer()
                : sameScales ? progress : progress.withFreshScales();
        return next;
    }

    private static void copy(Tensor from, Tensor to, long count) {
        to.narrow(0, 0, count).copy_(from.narrow(0, 0, count));
    }

    private void startScales(@Nullable WeightQuantizer quantizer) {
        if (quantizer == null || !quantizer.learnsScale()) {
            return;
        }
        ParameterLayout layout = arena.layout();
        try (PointerScope scope = new PointerScope()) {
            for (Entry matrix : layout.entries(Segment.MATRICES)) {
                Entry scale = layout.entry(ParameterLayout.scaleName(matrix.name()));
                Tensor start = quantizer.initialScale(arena.value(matrix));
                arena.value(scale).view(scale.size()).copy_(start);
            }
        }
    }

    /** mean(α)/mean|w| of every matrix, the same for all its rows. */
    private void measureScaleRatios() {
        ParameterLayout layout = arena.layout();
        long start = layout.start(Segment.SCALES);
        try (PointerScope scope = new PointerScope()) {
            for (Entry scale : layout.entries(Segment.SCALES)) {
                Entry matrix =
                        layout.entry(scale.name().substring(0, scale.name().length() - "_clip_val".length()));
                Tensor ratio =
                        arena.value(scale).mean().div(arena.value(matrix).abs().mean());
                scaleRatios.narrow(0, scale.offset() - start, scale.size()).copy_(ratio);
            }
        }
    }

    TrajectorySpec trajectory() {
        return trajectory;
    }

    ComputeDevice device() {
        return device;
    }

    ParameterArena arena() {
        return arena;
    }

    /** AdamW's first moment over the whole arena, (n). */
    Tensor firstMoment() {
        return firstMoment;
    }

    /** AdamW's second moment over the whole arena, (n). */
    Tensor secondMoment() {
        return secondMoment;
    }

    /** mean(α)/mean|w| at the trajectory's start, (rows of all matrices); empty without learned scales. */
    Tensor scaleRatios() {
        return scaleRatios;
    }

    /** All that the next step depends on, beside the progress. */
    List<Tensor> tensors() {
        return List.of(arena.values(), firstMoment, secondMoment, scaleRatios);
    }

    Progress progress() {
        return progress;
    }

    void progress(Progress reached) {
        progress = reached;
    }

    @Override
    public void close() {
        keep.close();
        arena.close();
    }
}

package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.data.TokenSource;
import io.bitfrontier.trainer.model.Decoder;
import io.bitfrontier.trainer.quant.WeightQuantizer;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** One optimizer step of a state: ŵ, micro-batches, gradients back to the masters, clip, AdamW. */
final class TrainingStep implements AutoCloseable {
    private final TrainingState state;
    private final TrajectorySpec trajectory;
    private final TokenSource source;
    private final AdamW optimizer;
    private final @Nullable FakeQuantization fakeQuantization;
    private final Decoder decoder;
    private final int sequences;
    private final long[] buffer;

    /**
     * What a step saw.
     *
     * @param loss mean over the batch, before the update
     * @param gradientNorm global, before clipping
     */
    record Result(double loss, double learningRate, double gradientNorm) {}

    TrainingStep(TrainingState state, Quantization quantization, TokenSource source) {
        this.state = state;
        this.trajectory = state.trajectory();
        this.source = source;
        this.optimizer = new AdamW(state);
        WeightQuantizer quantizer = quantization.of(trajectory.quantizer());
        this.fakeQuantization =
                quantizer == null ? null : new FakeQuantization(state.arena(), quantizer, quantization.kernel());
        this.decoder = new Decoder(
                trajectory.model(), state.arena().leaves(), quantizer != null && quantizer.quantizesActivations());
        this.sequences = trajectory.batchTokens() / trajectory.sequenceLength();
        int largestPart = (sequences + trajectory.microBatches() - 1) / trajectory.microBatches();
        this.buffer = new long[largestPart * (trajectory.sequenceLength() + 1)];
    }

    /**
     * Trains on the batch at the state's tokens and moves the state behind it.
     *
     * @throws WorkFailedException of class DIVERGENCE if the loss or the gradient is not finite; the state is then unusable
     */
    Result run() {
        Progress before = state.progress();
        long stepOfTrajectory = (before.tokens() - trajectory.startTokens()) / trajectory.batchTokens();
        double rate =
                trajectory.optimizer().learningRate() * trajectory.schedule().factor(stepOfTrajectory);
        try (PointerScope scope = new PointerScope()) {
            double loss = gradients(before.tokens() / trajectory.sequenceLength());
            requireFinite("loss", loss, before);
            double norm = optimizer.clip();
            requireFinite("gradient norm", norm, before);
            optimizer.step(rate);
            state.progress(before.after(trajectory.batchTokens(), loss, norm));
            return new Result(loss, rate, norm);
        }
    }

    /** Leaves the gradients of the batch's mean loss in the arena, and returns that loss. */
    private double gradients(long firstSequence) {
        if (fakeQuantization != null) {
            fakeQuantization.quantize();
        }
        state.arena().gradients().zero_();
        double loss = 0;
        int parts = trajectory.microBatches();
        for (int part = 0, done = 0; part < parts; part++) {
            int count = (int) ((long) sequences * (part + 1) / parts) - done;
            if (count > 0) {
                loss += microBatch(firstSequence + done, count);
                done += count;
            }
        }
        if (fakeQuantization != null) {
            fakeQuantization.pullBack();
        }
        return loss;
    }

    /** Adds the gradients of these sequences' share of the batch's mean loss, and returns that share. */
    private double microBatch(long first, int count) {
        int length = trajectory.sequenceLength();
        source.fill(first, count, buffer);
        try (PointerScope scope = new PointerScope()) {
            Tensor tokens = Tensor.create(buffer, (long) buffer.length)
                    .narrow(0, 0, count * (length + 1L))
                    .view(count, length + 1L);
            Tensor inputs = tokens.narrow(1, 0, length); // (B, T)
            Tensor targets = tokens.narrow(1, 1, length).reshape((long) count * length); // (N)
            Tensor loss = decoder.loss(inputs, targets);
            if (count != sequences) {
                loss = loss.mul(new Scalar((double) count / sequences));
            }
            loss.backward();
            return loss.item_double();
        }
    }

    private static void requireFinite(String what, double value, Progress before) {
        if (!Double.isFinite(value)) {
            throw new WorkFailedException(
                    FailureClass.DIVERGENCE,
                    "step " + (before.step() + 1) + " after " + before.tokens() + " tokens: the " + what + " is "
                            + value,
                    null);
        }
    }

    @Override
    public void close() {
        decoder.close();
    }
}

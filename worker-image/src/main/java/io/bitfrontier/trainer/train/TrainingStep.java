package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.data.TokenSource;
import io.bitfrontier.trainer.model.Decoder;
import io.bitfrontier.trainer.quant.WeightQuantizer;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * One optimizer step of a state: ŵ, micro-batches, gradients back to the masters, clip, AdamW.
 *
 * <p>Several ranks each take an equal share of the batch's parts, consecutive ones, and sum the flat gradients before they go
 * back through the quantizer; all that follows every rank does alike. A part's arithmetic does not depend on who does it, so
 * two ranks with one part each give the bits of one process with two micro-batches: a + b either way. Where a rank has more
 * than one part, or there are more than two ranks, sums are taken in another order than by one process, and the last bits
 * differ.
 */
final class TrainingStep implements AutoCloseable {
    private final TrainingState state;
    private final TrajectorySpec trajectory;
    private final TokenSource source;
    private final AdamW optimizer;
    private final @Nullable FakeQuantization fakeQuantization;
    private final Decoder decoder;
    private final Ranks ranks;
    private final int sequences;
    private final int parts;
    private final long[] buffer;
    private final Tensor lossOfRanks;

    /**
     * What a step saw.
     *
     * @param loss mean over the batch, before the update
     * @param gradientNorm global, before clipping
     */
    record Result(double loss, double learningRate, double gradientNorm) {}

    /** A step of one process by itself. */
    TrainingStep(TrainingState state, Quantization quantization, TokenSource source) {
        this(state, quantization, source, Ranks.ALONE);
    }

    TrainingStep(TrainingState state, Quantization quantization, TokenSource source, Ranks ranks) {
        this.state = state;
        this.ranks = ranks;
        this.trajectory = state.trajectory();
        this.source = source;
        this.optimizer = new AdamW(state);
        WeightQuantizer quantizer = quantization.of(trajectory.quantizer());
        this.fakeQuantization =
                quantizer == null ? null : new FakeQuantization(state.arena(), quantizer, quantization.kernel());
        this.decoder = new Decoder(
                trajectory.model(), state.arena().leaves(), quantizer != null && quantizer.quantizesActivations());
        this.sequences = trajectory.batchTokens() / trajectory.sequenceLength();
        this.parts = parts(trajectory.microBatches(), ranks.size());
        this.lossOfRanks = state.device().place(torch.zeros(new long[] {1}, new TensorOptions(ScalarType.Double)));
        lossOfRanks.retainReference();
        int largestPart = (sequences + parts - 1) / parts;
        this.buffer = new long[largestPart * (trajectory.sequenceLength() + 1)];
    }

    /** Parts of a batch: as many micro-batches as asked for, or the next number that all ranks share equally. */
    static int parts(int microBatches, int ranks) {
        return (microBatches + ranks - 1) / ranks * ranks;
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
        int own = parts / ranks.size();
        int first = own * ranks.rank();
        for (int part = first; part < first + own; part++) {
            int from = (int) ((long) sequences * part / parts);
            int to = (int) ((long) sequences * (part + 1) / parts);
            if (to > from) {
                loss += microBatch(firstSequence + from, to - from);
            }
        }
        if (ranks.size() > 1) {
            ranks.sum(state.arena().gradients());
            lossOfRanks.fill_(new Scalar(loss));
            ranks.sum(lossOfRanks);
            loss = lossOfRanks.item_double();
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
            Tensor tokens = state.device()
                    .place(Tensor.create(buffer, (long) buffer.length).narrow(0, 0, count * (length + 1L)))
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
        lossOfRanks.releaseReference();
    }
}

package io.bitfrontier.vocabulary.work;

import io.bitfrontier.vocabulary.ModelShape;
import org.jspecify.annotations.Nullable;

/**
 * Everything that determines a training curve except how far it is followed. Equal fingerprints train to equal bits on the
 * same device class, thread count and world size.
 *
 * @param numerics version of the trainer's arithmetic; raised when the same trajectory gives other bits
 * @param model the decoder
 * @param data where the tokens come from
 * @param seed of initial weights and of the order of the data
 * @param sequenceLength tokens per sequence that carry loss
 * @param batchTokens tokens per optimizer step, a multiple of the sequence length
 * @param microBatches parts into which a step's batch is cut; gradients are summed over them
 * @param optimizer AdamW and its rates
 * @param schedule learning rate over this trajectory's own steps
 * @param quantizer what the projections pass through, or null in full precision
 * @param start the state that this trajectory branches off, or null for fresh weights
 */
public record TrajectorySpec(
        int numerics,
        ModelShape model,
        DataSpec data,
        long seed,
        int sequenceLength,
        int batchTokens,
        int microBatches,
        OptimizerSpec optimizer,
        ScheduleSpec schedule,
        @Nullable QuantizerSpec quantizer,
        @Nullable Start start) {
    /** The version that this code computes. */
    public static final int NUMERICS = 1;

    /**
     * The state a branch starts from.
     *
     * @param trajectory fingerprint of the trunk
     * @param tokens lineage tokens of the state
     * @param carryOptimizer whether AdamW's moments and step count go on; otherwise they start at zero. α's moments always
     *     start at zero on a branch that brings a new quantizer
     */
    public record Start(String trajectory, long tokens, boolean carryOptimizer) {}

    /** Lineage tokens at which this trajectory begins: 0 for a trunk. */
    public long startTokens() {
        return start == null ? 0 : start.tokens();
    }

    public String fingerprint() {
        return Fingerprint.of("trajectory[numerics=" + numerics + ",model=" + Fingerprint.canonical(model) + ","
                + data.canonical() + ",seed=" + seed + ",sequence=" + sequenceLength + ",batch=" + batchTokens
                + ",micro="
                + microBatches + "," + Fingerprint.canonical(optimizer) + "," + Fingerprint.canonical(schedule) + ","
                + Fingerprint.canonical(quantizer) + "," + Fingerprint.canonical(start) + "]");
    }
}

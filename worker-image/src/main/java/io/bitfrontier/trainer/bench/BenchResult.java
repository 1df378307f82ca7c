package io.bitfrontier.trainer.bench;

import io.bitfrontier.trainer.quant.QuantizerBenchmark;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one run of the benchmark found. Sections that were not asked for are empty or null.
 *
 * @param loadAtStart one-minute load average before it began: well above 0 where the machine was shared
 */
record BenchResult(
        Machine machine,
        double loadAtStart,
        int rounds,
        @Nullable Memory memory,
        List<StepRate> steps,
        List<QatOverhead> overheads,
        List<Peer> peers,
        List<Agreement> agreements,
        List<QuantizerBenchmark.Timing> kernels) {
    record Machine(String processor, int cores, int threads, String java, String mklThreading) {}

    /**
     * Full-precision training steps against this machine's matrix multiplication.
     *
     * @param flopsPerToken by {@code Flops.trainPerToken}, which counts the masked half of attention
     * @param sgemmShape the fastest of the model's own products
     * @param share of the multiplication's rate that a training step reaches, pair by pair
     * @param shareWithoutMask the same when the masked half of attention is not counted
     */
    record StepRate(
            String model,
            int microBatches,
            Spread tokensPerSecond,
            double flopsPerToken,
            Spread flopsPerSecond,
            String sgemmShape,
            Spread sgemmFlopsPerSecond,
            Spread share,
            double shareWithoutMask) {}

    /** @param overhead (QAT step)/(full-precision step) − 1, pair by pair */
    record QatOverhead(
            String model,
            int microBatches,
            String precision,
            String quantizer,
            Spread tokensPerSecond,
            Spread overhead) {}

    /**
     * Against PyTorch.
     *
     * @param precision 16 for plain training; otherwise PyTorch quantizes inside every forward
     * @param speedup our tokens per second over PyTorch's, pair by pair
     */
    record Peer(
            String model,
            int microBatches,
            String precision,
            String torchVersion,
            Spread tokensPerSecond,
            Spread torchTokensPerSecond,
            Spread speedup) {}

    /**
     * A device against the processor.
     *
     * @param largestDifference of the losses, relative
     * @param repeats whether the device gave the same bits twice
     */
    record Agreement(
            String model, String precision, String device, int steps, double largestDifference, boolean repeats) {}

    /** Resident memory of this process while one model trains. */
    record Memory(
            String model,
            String precision,
            long earlyStep,
            long earlyBytes,
            long lateStep,
            long lateBytes,
            double growth) {}
}

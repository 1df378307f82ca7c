package io.bitfrontier.vocabulary.work;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluation found. A metric that was not measured is absent, never zero.
 *
 * @param metrics named values
 * @param layerDrift weight drift per quantized matrix against the state the trajectory started from; empty without one
 */
public record EvaluationResult(List<Metric> metrics, List<LayerDrift> layerDrift) {
    /** Mean cross-entropy in nats per token. */
    public static final String LOSS = "loss";
    /** exp(loss). */
    public static final String PERPLEXITY = "perplexity";
    /** Share of choice questions answered right; the headline accuracy of the synthetic corpus. */
    public static final String CHOICES_ACCURACY = "choices.accuracy";
    /** The generator's own −log p on the very tokens evaluated: the floor of the loss. */
    public static final String FLOOR = "loss.floor";
    /** Entropy rate of the generator, averaged over the evaluated positions. */
    public static final String ENTROPY = "loss.entropy";
    /** Median over matrices of {@link LayerDrift}. */
    public static final String DRIFT_MEDIAN = "drift.median";

    /**
     * A measured value.
     *
     * @param name one of the constants above, or {@code choices.accuracy.<kind>}
     * @param value the mean
     * @param standardError of the mean over items; null where it has no meaning
     * @param count how many items were averaged
     * @param outcomes for choice tasks, base64 of one bit per item, least significant first: 1 where the answer was right.
     *     It lets the analysis resample items jointly over models
     */
    public record Metric(
            String name,
            double value,
            @Nullable Double standardError,
            long count,
            @Nullable String outcomes) {}

    /** Σ|W − W₀| / Σ|W₀| of one matrix (arXiv 2502.02631, figure 5). */
    public record LayerDrift(String parameter, double drift) {}
}

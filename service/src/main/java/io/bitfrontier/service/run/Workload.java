package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import org.jspecify.annotations.Nullable;

/**
 * Work that goes at one speed on one device.
 *
 * @param kind {@value #TRAIN} or {@value #EVALUATE}
 * @param model name in the catalog, or the dimensions
 * @param precision label
 * @param quantizer label; null in full precision
 */
public record Workload(
        String kind,
        String model,
        String precision,
        @Nullable String quantizer) {
    public static final String TRAIN = "train";
    public static final String EVALUATE = "evaluate";

    /**
     * How much there is of it.
     *
     * @param flops in floating-point operations
     * @param tokens trained or evaluated
     */
    public record Amount(double flops, double tokens) {
        Amount plus(Amount other) {
            return new Amount(flops + other.flops, tokens + other.tokens);
        }

        double flopsPerToken() {
            return flops / tokens;
        }
    }

    static Workload of(String kind, RequiredWork.Trajectory trajectory) {
        TrajectorySpec spec = trajectory.spec();
        QuantizerSpec quantizer = spec.quantizer();
        return new Workload(
                kind,
                trajectory.model(),
                trajectory.precision(),
                quantizer == null ? null : quantizer.quantizer().label());
    }

    /** The same model, precision and quantizer in a few words. */
    public String what() {
        return model + (quantizer == null ? "" : " at " + precision + " bits (" + quantizer + ")");
    }
}

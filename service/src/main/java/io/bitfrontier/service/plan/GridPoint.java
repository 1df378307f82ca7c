package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.Fingerprint;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One combination of a sweep's axes.
 *
 * @param model name in the catalog, or the dimensions
 * @param shape the model itself
 * @param tokensRequested budget as asked for
 * @param tokens budget rounded to whole optimizer steps
 * @param scheme {@link Scheme#FULL_PRECISION} at precision 16
 * @param quantizer the function, resolved from {@code paretoq}; null at precision 16
 * @param seed of the grid; with {@code independent} the training seed is {@link #derivedSeed()}
 */
public record GridPoint(
        String model,
        ModelShape shape,
        long tokensRequested,
        long tokens,
        Precision precision,
        Scheme scheme,
        @Nullable Quantizer quantizer,
        long seed) {

    /** Unique within a sweep. */
    public String fingerprint() {
        return Fingerprint.of("point[model=" + Fingerprint.canonical(shape) + ",tokens=" + tokens + ",precision="
                + precision.label() + ",scheme=" + scheme.label() + ",quantizer="
                + (quantizer == null ? "none" : quantizer.label()) + ",seed=" + seed + "]");
    }

    /** A seed of the point's own: 53 bits, exact in every JSON reader. */
    long derivedSeed() {
        return HexFormat.fromHexDigitsToLong(fingerprint(), 0, 16) >>> 11;
    }
}

package io.bitfrontier.vocabulary.work;

import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;

/**
 * The quantizer that every projection passes through.
 *
 * @param quantizer which function
 * @param precision its bit width
 * @param scaleGradient {@code reference} reproduces ParetoQ's α-gradient, ±1 outside ternary's clip range; {@code exact} uses
 *     the outermost level, ±⅔
 */
public record QuantizerSpec(Quantizer quantizer, Precision precision, String scaleGradient) {
    public static final String REFERENCE_GRADIENT = "reference";
    public static final String EXACT_GRADIENT = "exact";

    public static QuantizerSpec of(Quantizer quantizer, Precision precision) {
        return new QuantizerSpec(quantizer, precision, REFERENCE_GRADIENT);
    }
}

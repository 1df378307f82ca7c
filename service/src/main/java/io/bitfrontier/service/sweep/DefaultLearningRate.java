package io.bitfrontier.service.sweep;

import io.bitfrontier.vocabulary.ModelShape;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * The peak rate where a sweep names none: 5e-3 · (17 000 / N)^0.22, at most 1e-2, in two digits, with N all parameters. Fitted
 * to the rates that the tiny models were tuned with (5e-3, 4e-3, 3e-3 at 17k, 44k and 168k); it gives 7.1e-4 at 125M and 2.8e-4
 * at 8B, near what such models are published with.
 */
final class DefaultLearningRate {
    private static final double AT_REFERENCE = 5e-3;
    private static final double REFERENCE = 17_000;
    private static final double EXPONENT = 0.22;
    private static final double LARGEST = 1e-2;

    private DefaultLearningRate() {}

    static double of(ModelShape shape) {
        double rate = AT_REFERENCE * StrictMath.pow(REFERENCE / shape.totalParameters(), EXPONENT);
        return BigDecimal.valueOf(Math.min(LARGEST, rate))
                .round(new MathContext(2))
                .doubleValue();
    }
}

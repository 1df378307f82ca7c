package io.bitfrontier.service.analysis;

import org.jspecify.annotations.Nullable;

/** What counts as the quality of a model, and in which direction it is better. */
public enum QualityAxis {
    /** Share of questions answered right: more is better. */
    ACCURACY(-1),
    /** Mean cross-entropy in nats per token: less is better. */
    LOSS(1);

    private final double sign;

    QualityAxis(double sign) {
        this.sign = sign;
    }

    /** The value as an objective to be minimised. */
    double minimised(double value) {
        return sign * value;
    }

    /** What was measured on this axis, or null where it was not. */
    @Nullable
    Measure of(Observation observation) {
        return switch (this) {
            case ACCURACY -> observation.accuracy();
            case LOSS -> observation.loss();
        };
    }
}

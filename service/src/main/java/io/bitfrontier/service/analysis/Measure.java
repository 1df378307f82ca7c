package io.bitfrontier.service.analysis;

import org.jspecify.annotations.Nullable;

/**
 * A measured quality.
 *
 * @param value the mean over items
 * @param standardError of the mean over items; null where it is not known
 * @param outcomes right or wrong per item; null where the quality is not a share of right answers or was imported
 */
public record Measure(
        double value,
        @Nullable Double standardError,
        @Nullable Outcomes outcomes) {}

package io.bitfrontier.service.sweep;

import io.bitfrontier.service.plan.Grid;
import io.bitfrontier.service.plan.TrainingSettings;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sweep document without violations.
 *
 * @param name unique within the project
 * @param project that the sweep belongs to
 * @param grid axes and exclusions
 * @param training how the points are trained and measured
 * @param limits what the sweep may take
 * @param resourceClass what its runs run on
 * @param content the document as it was written, for those who read it back
 * @param sha256 equal for documents of equal content
 */
public record SweepDocument(
        String name,
        String project,
        Grid grid,
        TrainingSettings training,
        SweepLimits limits,
        String resourceClass,
        Map<String, @Nullable Object> content,
        String sha256) {
    /** The version of the language of documents. */
    public static final String API_VERSION = "bitfrontier/v1";
}

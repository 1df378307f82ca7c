package io.bitfrontier.service.analysis;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A non-dominated set with confidence.
 *
 * @param points every candidate that took part, ascending by size, the better quality first among equal sizes
 * @param floor for losses, the generator's own −log p on the evaluated tokens; null where there is none
 * @param exclusions why observations took no part, with how many
 */
public record Frontier(
        FrontierRequest request,
        List<Point> points,
        @Nullable Double floor,
        List<Exclusion> exclusions) {

    /** The points on the front of the means. */
    public List<Point> members() {
        return points.stream().filter(Point::onFrontier).toList();
    }

    /**
     * A candidate: observations that differ in their seed alone.
     *
     * @param observation the one of the first seed
     * @param y mean over seeds
     * @param standardError of the mean; null where it is not known
     * @param seeds how many
     * @param probability share of resamples in which the candidate is on the front
     * @param onFrontier whether it is on the front of the means
     */
    public record Point(
            String label,
            Observation observation,
            double x,
            double y,
            @Nullable Double standardError,
            int seeds,
            double probability,
            boolean onFrontier) {}

    /**
     * Observations that took no part.
     *
     * @param reason one sentence
     * @param observations how many
     */
    public record Exclusion(String reason, int observations) {}
}

package io.bitfrontier.service.analysis;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Observations that differ in their seed alone.
 *
 * @param x size in bytes
 * @param seeds one observation per seed, ascending by seed; never empty
 * @param measures the quality of each, in the same order
 */
record Candidate(double x, List<Observation> seeds, List<Measure> measures) {
    Observation first() {
        return seeds.get(0);
    }

    /** Mean over seeds. */
    double mean() {
        return measures.stream().mapToDouble(Measure::value).sum() / measures.size();
    }

    /**
     * Standard error of the mean over seeds: from the spread of the seeds where there are several, else the error of the one
     * measurement over its items.
     */
    @Nullable
    Double standardError() {
        int count = measures.size();
        if (count == 1) {
            return measures.get(0).standardError();
        }
        double mean = mean();
        double squares = measures.stream()
                .mapToDouble(measure -> (measure.value() - mean) * (measure.value() - mean))
                .sum();
        return Math.sqrt(squares / (count - 1) / count);
    }

    List<Long> seedNumbers() {
        return seeds.stream().map(Observation::seed).toList();
    }
}

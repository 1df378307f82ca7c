package io.bitfrontier.cli.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The non-dominated set of a sweep at one lineage budget, with every point that took part. */
public record Frontier(
        String x,
        String y,
        long tokens,
        @Nullable List<Long> budgets,
        @Nullable String evaluationVersion,
        int resamples,
        boolean complete,
        @Nullable Double floor,
        List<Member> members,
        List<Candidate> candidates) {

    public boolean isLoss() {
        return y.equals("loss");
    }

    /** A point of the frontier; {@code probability} is the share of resamples in which it is one. */
    public record Member(
            String label,
            String model,
            String precision,
            String scheme,
            @Nullable String quantizer,
            long tokens,
            double x,
            double y,
            @Nullable Double standardError,
            @Nullable Integer seeds,
            double probability,
            long run) {}

    /** A point that took part. */
    public record Candidate(
            String label,
            String model,
            String precision,
            String scheme,
            @Nullable String quantizer,
            long tokens,
            double x,
            double y,
            double probability,
            boolean onFrontier) {}
}

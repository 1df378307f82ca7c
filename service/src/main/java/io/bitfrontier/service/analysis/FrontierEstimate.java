package io.bitfrontier.service.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The frontier of a set of observations: candidates are observations that differ in their seed alone, a member is a candidate
 * whose mean over seeds no other dominates, and its probability says how often that survives resampling
 * ({@link JointBootstrap}).
 */
public final class FrontierEstimate {
    private FrontierEstimate() {}

    /**
     * Computes a frontier. Observations of another budget or evaluation version, or without the asked quality, take no part;
     * the result says how many and why. An unmeasured quality is absent, never 0.
     */
    public static Frontier of(List<Observation> observations, FrontierRequest request) {
        Map<String, Integer> exclusions = new TreeMap<>();
        List<Candidate> candidates = candidates(observations, request, exclusions);
        double[] x = candidates.stream().mapToDouble(Candidate::x).toArray();
        double[] y = candidates.stream()
                .mapToDouble(candidate -> request.y().minimised(candidate.mean()))
                .toArray();
        boolean[] onFrontier = new boolean[x.length];
        for (int member : ParetoFront.nonDominated(x, y)) {
            onFrontier[member] = true;
        }
        double[] probability =
                new JointBootstrap(candidates, request.y(), request.seed()).membership(request.resamples());
        List<String> labels = CandidateLabels.of(candidates);
        List<Frontier.Point> points = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            Candidate candidate = candidates.get(i);
            points.add(new Frontier.Point(
                    labels.get(i),
                    candidate.first(),
                    candidate.x(),
                    candidate.mean(),
                    candidate.standardError(),
                    candidate.seeds().size(),
                    probability[i],
                    onFrontier[i]));
        }
        points.sort(Comparator.comparingDouble(Frontier.Point::x)
                .thenComparingDouble(point -> request.y().minimised(point.y()))
                .thenComparing(Frontier.Point::label));
        return new Frontier(
                request,
                List.copyOf(points),
                floor(candidates, request),
                exclusions.entrySet().stream()
                        .map(entry -> new Frontier.Exclusion(entry.getKey(), entry.getValue()))
                        .toList());
    }

    private static List<Candidate> candidates(
            List<Observation> observations, FrontierRequest request, Map<String, Integer> exclusions) {
        // Sorted, so that neither the order of rows nor of a hash map decides the resampling.
        Map<Key, Map<Long, Observation>> groups = new TreeMap<>();
        for (Observation observation : observations) {
            String reason = whyNot(observation, request);
            if (reason != null) {
                exclusions.merge(reason, 1, Integer::sum);
                continue;
            }
            Observation other = groups.computeIfAbsent(Key.of(observation, request), key -> new TreeMap<>())
                    .putIfAbsent(observation.seed(), observation);
            // Two grid points may name the same state, when two requested budgets round to the same steps.
            if (other != null && other.evaluation() != observation.evaluation()) {
                exclusions.merge("another observation has the same coordinates and seed", 1, Integer::sum);
            }
        }
        List<Candidate> candidates = new ArrayList<>();
        groups.forEach((key, bySeed) -> {
            List<Observation> seeds = List.copyOf(bySeed.values());
            List<Measure> measures = new ArrayList<>();
            for (Observation observation : seeds) {
                Measure measure = request.y().of(observation);
                if (measure != null) {
                    measures.add(measure);
                }
            }
            candidates.add(new Candidate(key.size(), seeds, measures));
        });
        return candidates;
    }

    private static @Nullable String whyNot(Observation observation, FrontierRequest request) {
        if (!observation.evaluationVersion().equals(request.evaluationVersion())) {
            return "evaluated as " + observation.evaluationVersion() + ", the frontier is of "
                    + request.evaluationVersion();
        }
        if (observation.tokens() != request.tokens()) {
            return "lineage of " + observation.tokens() + " tokens, the frontier is of " + request.tokens();
        }
        Measure measure = request.y().of(observation);
        if (measure == null) {
            return "without " + (request.y() == QualityAxis.LOSS ? "a loss" : "an accuracy");
        }
        return Double.isFinite(measure.value()) ? null : "with a value that is not finite";
    }

    private static @Nullable Double floor(List<Candidate> candidates, FrontierRequest request) {
        if (request.y() != QualityAxis.LOSS) {
            return null;
        }
        return candidates.stream()
                .map(candidate -> candidate.first().lossFloor())
                .filter(floor -> floor != null)
                .findFirst()
                .orElse(null);
    }

    private record Key(String model, String precision, String scheme, String quantizer, double size)
            implements Comparable<Key> {
        private static final Comparator<Key> ORDER = Comparator.comparingDouble(Key::size)
                .thenComparing(Key::model)
                .thenComparing(Key::precision)
                .thenComparing(Key::scheme)
                .thenComparing(Key::quantizer);

        static Key of(Observation observation, FrontierRequest request) {
            String quantizer = observation.quantizer();
            return new Key(
                    observation.model(),
                    observation.precision(),
                    observation.scheme(),
                    quantizer == null ? "" : quantizer,
                    request.x().of(observation));
        }

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }
}

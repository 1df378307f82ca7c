package io.bitfrontier.service.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often each candidate is on the front when the evaluation is repeated on resampled items and seeds.
 *
 * <p>Items: all candidates were evaluated on the same items, so one multinomial draw of items (Efron 1979) serves all of them,
 * and noise that they have in common cancels in the comparison. Seeds: candidates with the same seeds share one draw of seeds
 * with replacement, since equal seeds share data order and trunks; it is crossed with the draw of items (the pigeonhole
 * bootstrap, Owen 2007, which errs towards too much variance). With a single seed the probability is conditional on that seed.
 *
 * <p>A measurement without outcomes per item, or on another number of items than the first one with outcomes, is drawn from a
 * normal distribution around its value with its standard error, independently of the others; without a standard error it stays
 * as it is. For losses this is always so: their noise is in truth common to the candidates, as they are measured on the same
 * windows, so that independent draws overstate it and pull probabilities towards the middle.
 */
final class JointBootstrap {
    private final List<Candidate> candidates;
    private final QualityAxis axis;
    private final double[] x;
    private final SplitMix random;
    private final @Nullable ItemDraw items;
    private final int itemCount;
    /** Seed draws of one resample, by the set of seeds: indices into the candidate's measures. */
    private final Map<List<Long>, int[]> seedDraws = new LinkedHashMap<>();

    private final List<int[]> drawOf = new ArrayList<>();

    JointBootstrap(List<Candidate> candidates, QualityAxis axis, long seed) {
        this.candidates = candidates;
        this.axis = axis;
        this.x = candidates.stream().mapToDouble(Candidate::x).toArray();
        this.random = new SplitMix(seed);
        this.itemCount = candidates.stream()
                .flatMap(candidate -> candidate.measures().stream())
                .map(Measure::outcomes)
                .mapToInt(outcomes -> outcomes == null ? 0 : outcomes.items())
                .filter(count -> count > 0)
                .findFirst()
                .orElse(0);
        this.items = itemCount == 0 ? null : new ItemDraw(itemCount);
        for (Candidate candidate : candidates) {
            List<Long> seeds = candidate.seedNumbers();
            drawOf.add(seedDraws.computeIfAbsent(seeds, s -> new int[s.size()]));
        }
    }

    /** Share of resamples in which each candidate is on the front, in the order of the candidates. */
    double[] membership(int resamples) {
        int[] times = new int[candidates.size()];
        double[] y = new double[candidates.size()];
        for (int resample = 0; resample < resamples; resample++) {
            if (items != null) {
                items.draw(random);
            }
            for (int[] draw : seedDraws.values()) {
                for (int i = 0; i < draw.length; i++) {
                    draw[i] = draw.length == 1 ? 0 : random.nextInt(draw.length);
                }
            }
            for (int i = 0; i < y.length; i++) {
                y[i] = axis.minimised(resampled(candidates.get(i), drawOf.get(i)));
            }
            for (int member : ParetoFront.nonDominated(x, y)) {
                times[member]++;
            }
        }
        double[] share = new double[times.length];
        for (int i = 0; i < share.length; i++) {
            share[i] = (double) times[i] / resamples;
        }
        return share;
    }

    private double resampled(Candidate candidate, int[] draw) {
        // Hits stay whole numbers until the end: equal candidates must come out equal, not nearly so.
        long hits = 0;
        double others = 0;
        boolean anyOther = false;
        for (int index : draw) {
            Measure measure = candidate.measures().get(index);
            Outcomes outcomes = measure.outcomes();
            if (items != null && outcomes != null && outcomes.items() == itemCount) {
                hits += items.hits(outcomes);
            } else {
                anyOther = true;
                Double error = measure.standardError();
                others += error == null ? measure.value() : measure.value() + error * random.nextGaussian();
            }
        }
        double ofItems = itemCount == 0 ? 0 : (double) hits / itemCount;
        return (anyOther ? ofItems + others : ofItems) / draw.length;
    }
}

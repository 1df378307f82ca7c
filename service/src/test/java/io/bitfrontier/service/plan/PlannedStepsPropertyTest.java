package io.bitfrontier.service.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.Scheme;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The plan against a count by brute force that shares no code with it: every point is trained alone on paper, one step after the
 * other; a step is its whole past; what two points have in common is what their pasts have in common.
 */
class PlannedStepsPropertyTest {
    private static final int BATCH = 128;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void thePlanTrainsEachDistinctStepOnceAndNoOther(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            TrainingSettings settings = Grids.settings(
                    BATCH, pick(random, List.of(TrainingSettings.Schedule.values())), random.nextInt(5) == 0);
            Grid grid = randomGrid(random, settings.schedule() == TrainingSettings.Schedule.COSINE);
            List<GridPoint> points = GridExpander.expand(grid, BATCH).points();

            Plan plan = Planner.plan(points, settings);

            String what = grid + " " + settings.schedule() + " independent=" + settings.independent();
            boolean cosine = settings.schedule() == TrainingSettings.Schedule.COSINE;
            assertThat(plan.totals().tokensPlanned() / BATCH)
                    .as(what)
                    .isEqualTo(distinctSteps(points, cosine, settings.independent()));
            assertThat(plan.totals().tokensParentReused() / BATCH)
                    .as("a cosine per budget, parents reused: " + what)
                    .isEqualTo(distinctSteps(points, true, false));
            assertThat(plan.totals().tokensAlone() / BATCH)
                    .as("every point alone: " + what)
                    .isEqualTo(points.stream()
                            .mapToLong(point -> stepsOf(point, cosine).size())
                            .sum());
        }
    }

    @Test
    void theRandomGridsHaveEverythingThatAGridCanHave() {
        Set<String> seen = new TreeSet<>();
        for (long seed = 1; seed <= 8; seed++) {
            Random random = new Random(seed);
            for (int round = 0; round < 40; round++) {
                Grid grid = randomGrid(random, random.nextBoolean());
                GridExpander.Expansion expansion = GridExpander.expand(grid, BATCH);
                expansion.points().forEach(point -> {
                    seen.add(point.scheme().kind().label());
                    seen.add("parent " + point.scheme().parent());
                });
                expansion
                        .dropped()
                        .forEach(dropped -> seen.add(dropped.reason().replaceAll("\\[.*|.*cannot be.*", "")));
            }
        }
        assertThat(seen)
                .contains("ptq", "qat-from-scratch", "fp-then-qat", "full-precision")
                .contains("parent ANNEALED", "parent STABLE", "excluded by exclude")
                .hasSizeGreaterThan(8);
    }

    private static <T> T pick(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static Grid randomGrid(Random random, boolean cosine) {
        Set<Long> budgets = new TreeSet<>();
        for (int i = 0; i <= random.nextInt(4); i++) {
            budgets.add((1 + random.nextInt(60)) * (long) BATCH);
        }
        Set<Scheme> schemes = new LinkedHashSet<>();
        for (int i = 0; i <= random.nextInt(5); i++) {
            Scheme scheme = randomScheme(random);
            // Under a cosine there is no stable trunk to branch off; the reader of sweeps refuses it.
            schemes.add(cosine && scheme.parent() == Scheme.Parent.STABLE ? Scheme.PTQ : scheme);
        }
        List<Precision> precisions = new ArrayList<>(List.of(Precision.values()));
        Collections.shuffle(precisions, random);
        List<QuantizerChoice> quantizers = new ArrayList<>(List.of(QuantizerChoice.PARETOQ));
        if (random.nextInt(3) == 0) {
            quantizers.add(new QuantizerChoice(pick(random, List.of(Quantizer.values()))));
        }
        return new Grid(
                random.nextBoolean() ? Grids.models("tiny-17k") : Grids.models("tiny-17k", "tiny-44k"),
                List.copyOf(budgets),
                precisions.subList(0, 1 + random.nextInt(precisions.size())),
                List.copyOf(schemes),
                quantizers,
                random.nextBoolean() ? List.of(1L) : List.of(1L, 2L),
                randomExclusions(random, List.copyOf(budgets), List.copyOf(schemes)));
    }

    /** Any fraction of a thousandth or coarser: shares that round up, down, and to nothing. */
    private static Scheme randomScheme(Random random) {
        if (random.nextInt(3) == 0) {
            return random.nextBoolean() ? Scheme.PTQ : Scheme.QAT_FROM_SCRATCH;
        }
        BigDecimal fraction = pick(
                random,
                List.of(
                        new BigDecimal("0.1"),
                        BigDecimal.valueOf(1 + random.nextInt(99), 2),
                        BigDecimal.valueOf(1 + random.nextInt(999), 3)));
        return Scheme.fpThenQat(fraction, pick(random, List.of(Scheme.Parent.values())));
    }

    private static List<Exclusion> randomExclusions(Random random, List<Long> budgets, List<Scheme> schemes) {
        List<Exclusion> exclusions = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            Scheme scheme = pick(random, schemes);
            exclusions.add(new Exclusion(
                    random.nextInt(3) == 0 ? Set.of("tiny-17k") : Set.of(),
                    Set.of(pick(random, budgets)),
                    random.nextBoolean() ? Set.of(pick(random, List.of(Precision.values()))) : Set.of(),
                    random.nextBoolean()
                            ? Set.of(new SchemePattern(scheme.kind(), random.nextBoolean() ? scheme : null))
                            : Set.of(),
                    Set.of(),
                    random.nextInt(3) == 0 ? Set.of(1L) : Set.of()));
        }
        return exclusions;
    }

    private static long distinctSteps(List<GridPoint> points, boolean cosine, boolean independent) {
        Set<String> pasts = new HashSet<>();
        int alone = 0;
        for (GridPoint point : points) {
            StringBuilder past = new StringBuilder(point.model() + " " + point.seed());
            if (independent) {
                past.append(" alone ").append(alone++);
            }
            for (String step : stepsOf(point, cosine)) {
                past.append(';').append(step);
                pasts.add(past.toString());
            }
        }
        return pasts.size();
    }

    private static List<String> stepsOf(GridPoint point, boolean cosine) {
        int n = (int) (point.tokens() / BATCH);
        String grid = point.precision() + "/" + point.quantizer();
        List<String> steps = new ArrayList<>();
        switch (point.scheme().label().replaceFirst("\\(.*", "")) {
            case "full-precision", "ptq" -> curve(steps, n, "fp", cosine);
            case "qat-from-scratch" -> curve(steps, n, grid, cosine);
            default -> {
                double fraction =
                        Objects.requireNonNull(point.scheme().qatFraction()).doubleValue();
                int qat = Math.min(n - 1, Math.max(1, (int) Math.floor(n * fraction + 0.5 + 1e-9)));
                // Under a cosine there is no stable trunk: whatever the parent is called, it is the annealed one.
                Scheme.Parent parent =
                        cosine ? Scheme.Parent.ANNEALED : point.scheme().parent();
                if (parent == Scheme.Parent.STABLE) {
                    for (int i = 0; i < n - qat; i++) {
                        steps.add("fp stable");
                    }
                } else {
                    curve(steps, n - qat, "fp", cosine);
                }
                for (int i = 0; i < qat; i++) {
                    steps.add(grid + " after " + parent + " " + i + " of " + qat);
                }
            }
        }
        return steps;
    }

    private static void curve(List<String> steps, int n, String weights, boolean cosine) {
        int decay = Math.max(1, (int) Math.floor(n / 10.0 + 0.5));
        for (int i = 0; i < n; i++) {
            if (cosine) {
                steps.add(weights + " cosine " + i + " of " + n);
            } else if (i < n - decay) {
                steps.add(weights + " stable");
            } else {
                steps.add(weights + " decay " + (i - (n - decay)) + " of " + decay);
            }
        }
    }
}

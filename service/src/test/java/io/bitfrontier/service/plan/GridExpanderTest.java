package io.bitfrontier.service.plan;

import static io.bitfrontier.service.plan.Grids.fpThenQat;
import static io.bitfrontier.service.plan.Grids.models;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.Steps;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class GridExpanderTest {
    private static final List<Scheme> SCHEMES =
            List.of(Scheme.PTQ, Scheme.QAT_FROM_SCRATCH, fpThenQat("0.1", Scheme.Parent.ANNEALED));

    private static Grid grid(List<Precision> precisions, List<QuantizerChoice> quantizers, Exclusion... exclusions) {
        return new Grid(
                models("tiny-17k", "tiny-44k"),
                List.of(500_000L, 1_000_000L),
                precisions,
                SCHEMES,
                quantizers,
                List.of(1L),
                List.of(exclusions));
    }

    private static Exclusion excluding(Set<SchemePattern> schemes, Set<Precision> precisions) {
        return new Exclusion(Set.of(), Set.of(), precisions, schemes, Set.of(), Set.of());
    }

    @Test
    void fullPrecisionIsOnePointWhateverSchemesAndQuantizersThereAre() {
        Grid grid = grid(
                List.of(Precision.FULL, Precision.TWO),
                List.of(QuantizerChoice.PARETOQ, new QuantizerChoice(Quantizer.LSQ)));

        GridExpander.Expansion expansion = GridExpander.expand(grid, 1024);

        assertThat(grid.size()).isEqualTo(2 * 2 * (1 + 3 * 2));
        assertThat(expansion.points()).hasSize((int) grid.size());
        assertThat(expansion.points())
                .filteredOn(point -> point.precision().isFull())
                .hasSize(4)
                .allSatisfy(point -> {
                    assertThat(point.scheme()).isEqualTo(Scheme.FULL_PRECISION);
                    assertThat(point.quantizer()).isNull();
                });
    }

    @Test
    void budgetsAreRoundedToTheNearestWholeStep() {
        assertThat(GridExpander.expand(grid(List.of(Precision.FULL), List.of()), 1024)
                        .points())
                .extracting(GridPoint::tokensRequested, GridPoint::tokens)
                .contains(tuple(500_000L, 488 * 1024L), tuple(1_000_000L, 977 * 1024L));
        assertThat(LongStream.of(1, 1024, 1535, 1536, Long.MAX_VALUE)
                        .map(tokens -> Steps.ofBudget(tokens, 1024))
                        .toArray())
                .containsExactly(1, 1, 1, 2, 9_007_199_254_740_992L);
    }

    @Test
    void aChoiceThatResolvesToAFunctionThatIsThereTooAddsNothingAndIsNamed() {
        Grid both = grid(List.of(Precision.TWO), List.of(QuantizerChoice.PARETOQ, new QuantizerChoice(Quantizer.SEQ)));

        GridExpander.Expansion expansion = GridExpander.expand(both, 1024);

        assertThat(expansion.points())
                .hasSameSizeAs(GridExpander.expand(grid(List.of(Precision.TWO), List.of(QuantizerChoice.PARETOQ)), 1024)
                        .points());
        assertThat(expansion.points().size() + expansion.dropped().size()).isEqualTo((int) both.size());
        assertThat(expansion.dropped()).allSatisfy(dropped -> {
            assertThat(dropped.quantizer()).isEqualTo("seq");
            assertThat(dropped.reason()).isEqualTo("the same as a point that another choice of quantizer gives");
        });
    }

    @Test
    void everyDroppedCombinationIsListedHoweverManyThereAre() {
        Grid grid = new Grid(
                models("tiny-17k"),
                List.of(500_000L),
                List.of(Precision.FULL, Precision.FOUR),
                SCHEMES,
                List.of(new QuantizerChoice(Quantizer.SEQ)),
                LongStream.rangeClosed(1, 1_000).boxed().toList(),
                List.of());

        GridExpander.Expansion expansion = GridExpander.expand(grid, 1024);

        assertThat(expansion.points()).hasSize(1_000);
        assertThat(expansion.dropped()).hasSize(3_000);
    }

    @Test
    void impossibleCombinationsAreNamedAndLeftOut() {
        GridExpander.Expansion expansion = GridExpander.expand(
                grid(List.of(Precision.TWO, Precision.FOUR), List.of(new QuantizerChoice(Quantizer.SEQ))), 1024);

        assertThat(expansion.points()).hasSize(2 * 2 * 3);
        assertThat(expansion.dropped()).hasSize(2 * 2 * 3).allSatisfy(dropped -> {
            assertThat(dropped.point().precision()).isEqualTo(Precision.FOUR);
            assertThat(dropped.reason()).isEqualTo("seq has no 4-bit grid; it serves [1.58, 2]");
        });
    }

    @Test
    void exclusionsMatchSchemesByKindOrInFullAndAreNamed() {
        Exclusion scratch =
                excluding(Set.of(new SchemePattern(Scheme.Kind.QAT_FROM_SCRATCH, null)), Set.of(Precision.FOUR));
        Exclusion otherFraction = excluding(
                Set.of(new SchemePattern(Scheme.Kind.FP_THEN_QAT, fpThenQat("0.2", Scheme.Parent.ANNEALED))), Set.of());

        GridExpander.Expansion expansion = GridExpander.expand(
                grid(List.of(Precision.TWO, Precision.FOUR), List.of(QuantizerChoice.PARETOQ), otherFraction, scratch),
                1024);

        assertThat(expansion.points()).hasSize(2 * 2 * 5);
        assertThat(expansion.dropped()).hasSize(4).allSatisfy(dropped -> assertThat(dropped.reason())
                .isEqualTo("excluded by exclude[1]"));
        assertThat(expansion.unusedExclusions()).containsExactly(0);
    }

    @Test
    void everyAxisCanBeMatchedAndTheQuantizerByItsChoiceOrItsFunction() {
        Exclusion byAllAxes = new Exclusion(
                Set.of("tiny-44k"),
                Set.of(500_000L),
                Set.of(Precision.TWO),
                Set.of(new SchemePattern(Scheme.Kind.PTQ, null)),
                Set.of("seq"),
                Set.of(1L));
        Exclusion byChoice =
                new Exclusion(Set.of("tiny-17k"), Set.of(), Set.of(), Set.of(), Set.of("paretoq"), Set.of());
        Grid grid = grid(List.of(Precision.TWO), List.of(QuantizerChoice.PARETOQ), byAllAxes, byChoice);

        GridExpander.Expansion expansion = GridExpander.expand(grid, 1024);

        assertThat(expansion.dropped())
                .extracting(DroppedPoint::reason)
                .containsOnly("excluded by exclude[0]", "excluded by exclude[1]");
        assertThat(expansion.points()).hasSize(5);
    }

    @Test
    void aBudgetOfOneStepCannotBeSplit() {
        Grid grid = new Grid(
                models("tiny-17k"),
                List.of(1024L),
                List.of(Precision.TWO),
                SCHEMES,
                List.of(QuantizerChoice.PARETOQ),
                List.of(1L),
                List.of());

        assertThat(GridExpander.expand(grid, 1024).dropped())
                .extracting(DroppedPoint::reason)
                .containsExactly("a budget of one optimizer step cannot be split into full precision and QAT");
    }

    @Test
    void theSizeOfAHugeGridIsKnownWithoutMakingIt() {
        List<Long> many = Collections.nCopies(1_000_000, 1L);
        Grid huge = new Grid(models("tiny-17k"), many, List.of(Precision.FULL), List.of(), List.of(), many, List.of());

        assertThat(huge.size()).isEqualTo(1_000_000_000_000L);
    }

    @Test
    void twentyFiveThousandPointsAreDistinct() {
        Grid grid = new Grid(
                models("tiny-17k", "tiny-44k", "tiny-168k", "125M", "350M"),
                LongStream.rangeClosed(1, 10).map(i -> i * 1_024_000).boxed().toList(),
                Grids.LOW,
                List.of(
                        Scheme.PTQ,
                        Scheme.QAT_FROM_SCRATCH,
                        fpThenQat("0.1", Scheme.Parent.ANNEALED),
                        fpThenQat("0.2", Scheme.Parent.ANNEALED),
                        fpThenQat("0.1", Scheme.Parent.STABLE)),
                List.of(QuantizerChoice.PARETOQ),
                LongStream.rangeClosed(1, 20).boxed().toList(),
                List.of());
        List<GridPoint> points = GridExpander.expand(grid, 1024).points();

        Plan plan = Planner.plan(points, Grids.settings(1024, TrainingSettings.Schedule.WSD, false));

        assertThat(points).hasSize(25_000).extracting(GridPoint::fingerprint).doesNotHaveDuplicates();
        assertThat(plan.points()).hasSize(25_000);
    }
}

package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.Steps;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes the points of a grid: products of the axes without what is excluded, impossible, or there already. */
public final class GridExpander {
    private static final String SAME = "the same as a point that another choice of quantizer gives";

    private final Grid grid;
    private final int batchTokens;
    private final Set<GridPoint> points = new LinkedHashSet<>();
    private final List<DroppedPoint> dropped = new ArrayList<>();
    private final BitSet used = new BitSet();

    private GridExpander(Grid grid, int batchTokens) {
        this.grid = grid;
        this.batchTokens = batchTokens;
    }

    /**
     * The outcome.
     *
     * @param dropped every combination that is no point of its own, with its reason
     * @param unusedExclusions indices of exclusions that match no point
     */
    public record Expansion(List<GridPoint> points, List<DroppedPoint> dropped, List<Integer> unusedExclusions) {}

    /** Expands; the caller has checked {@link Grid#size()}. */
    public static Expansion expand(Grid grid, int batchTokens) {
        return new GridExpander(grid, batchTokens).expand();
    }

    private Expansion expand() {
        for (ModelCatalog.Entry model : grid.models()) {
            for (long seed : grid.seeds()) {
                for (long tokens : grid.tokens()) {
                    for (Precision precision : grid.precisions()) {
                        expand(model, seed, tokens, precision);
                    }
                }
            }
        }
        BitSet unused = new BitSet();
        unused.set(0, grid.exclusions().size());
        unused.andNot(used);
        return new Expansion(
                List.copyOf(points),
                List.copyOf(dropped),
                unused.stream().boxed().toList());
    }

    private void expand(ModelCatalog.Entry model, long seed, long requested, Precision precision) {
        long tokens = Steps.ofBudget(requested, batchTokens) * batchTokens;
        if (precision.isFull()) {
            add(
                    new GridPoint(
                            model.name(),
                            model.shape(),
                            requested,
                            tokens,
                            precision,
                            Scheme.FULL_PRECISION,
                            null,
                            seed),
                    "none");
            return;
        }
        for (Scheme scheme : grid.schemes()) {
            for (QuantizerChoice choice : grid.quantizers()) {
                Quantizer quantizer = choice.at(precision);
                add(
                        new GridPoint(
                                model.name(), model.shape(), requested, tokens, precision, scheme, quantizer, seed),
                        choice.label());
            }
        }
    }

    private void add(GridPoint point, String choice) {
        Optional<String> reason = excludedBy(point, choice).or(() -> impossible(point));
        if (reason.isEmpty() && !points.add(point)) {
            reason = Optional.of(SAME);
        }
        reason.ifPresent(why -> dropped.add(new DroppedPoint(point, choice, why)));
    }

    private Optional<String> excludedBy(GridPoint point, String choice) {
        Optional<String> reason = Optional.empty();
        for (int i = 0; i < grid.exclusions().size(); i++) {
            if (grid.exclusions().get(i).matches(point, choice)) {
                used.set(i);
                reason = reason.isPresent() ? reason : Optional.of("excluded by exclude[" + i + "]");
            }
        }
        return reason;
    }

    private Optional<String> impossible(GridPoint point) {
        if (point.quantizer() == null) {
            return Optional.empty();
        }
        if (point.scheme().kind() == Scheme.Kind.FP_THEN_QAT && point.tokens() < 2L * batchTokens) {
            return Optional.of("a budget of one optimizer step cannot be split into full precision and QAT");
        }
        return Combinations.whyNot(
                point.quantizer(), point.precision(), point.scheme().kind());
    }
}

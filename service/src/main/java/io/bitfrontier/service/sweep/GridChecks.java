package io.bitfrontier.service.sweep;

import io.bitfrontier.service.plan.Grid;
import io.bitfrontier.service.plan.QuantizerChoice;
import io.bitfrontier.service.plan.TrainingSettings;
import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.DataSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rules between the parts of a document. */
final class GridChecks {
    static final long MOST_POINTS = 100_000;

    private final Findings findings;
    private final GridReader.Axes axes;

    private GridChecks(Findings findings, GridReader.Axes axes) {
        this.findings = findings;
        this.axes = axes;
    }

    static void check(Findings findings, GridReader.Axes axes, TrainingSettings training, @Nullable DataSpec data) {
        GridChecks checks = new GridChecks(findings, axes);
        checks.size();
        checks.usefulValues();
        checks.vocabulary(data);
        checks.stableParents(training.schedule());
    }

    /** Counted before anything is expanded. */
    private void size() {
        long points = new Grid(
                        List.copyOf(axes.models().values()),
                        List.copyOf(axes.tokens().values()),
                        List.copyOf(axes.precisions().values()),
                        List.copyOf(axes.schemes().values()),
                        List.copyOf(axes.quantizers().values()),
                        List.copyOf(axes.seeds().values()),
                        List.of())
                .size();
        if (points > MOST_POINTS) {
            findings.add(
                    "grid",
                    Long.toString(points),
                    "has " + points + " points, at most " + MOST_POINTS + " are allowed");
        }
    }

    /**
     * A value that takes part in no possible point is a mistake. A product that is only partly possible is not: the plan names what
     * it drops.
     */
    private void usefulValues() {
        if (!axes.quantizes() || axes.schemes().isEmpty() || axes.quantizers().isEmpty()) {
            return;
        }
        List<Precision> low =
                axes.precisions().values().stream().filter(p -> !p.isFull()).toList();
        QuantizerChoice first = axes.quantizers().values().iterator().next();
        axes.quantizers().forEach((place, choice) -> {
            if (low.stream().noneMatch(precision -> possible(choice, precision))) {
                findings.add(place, choice.label(), "takes part in no possible point: " + reason(choice, low));
            }
        });
        axes.precisions().forEach((place, precision) -> {
            if (!precision.isFull()
                    && axes.quantizers().values().stream().noneMatch(choice -> possible(choice, precision))) {
                findings.add(
                        place,
                        precision.label(),
                        "takes part in no possible point: " + reason(first, List.of(precision)));
            }
        });
        boolean anything = axes.quantizers().values().stream()
                .anyMatch(choice -> low.stream().anyMatch(precision -> possible(choice, precision)));
        // Where nothing combines the lines above have said so; here a scheme alone is at fault.
        axes.schemes().forEach((place, scheme) -> {
            boolean useful = low.stream().anyMatch(p -> axes.quantizers().values().stream()
                    .anyMatch(q -> whyNot(q, p, scheme).isEmpty()));
            if (anything && !useful) {
                findings.add(place, scheme.label(), "takes part in no possible point with the quantizers of this grid");
            }
        });
    }

    private boolean possible(QuantizerChoice choice, Precision precision) {
        return axes.schemes().values().stream()
                .anyMatch(scheme -> whyNot(choice, precision, scheme).isEmpty());
    }

    private String reason(QuantizerChoice choice, List<Precision> precisions) {
        for (Precision precision : precisions) {
            for (Scheme scheme : axes.schemes().values()) {
                Optional<String> why = whyNot(choice, precision, scheme);
                if (why.isPresent()) {
                    return why.get();
                }
            }
        }
        throw new IllegalStateException(choice + " combines with " + precisions);
    }

    private static Optional<String> whyNot(QuantizerChoice choice, Precision precision, Scheme scheme) {
        return Combinations.whyNot(choice.at(precision), precision, scheme.kind());
    }

    private void vocabulary(@Nullable DataSpec data) {
        if (data == null) {
            return;
        }
        axes.models().forEach((place, model) -> {
            if (model.shape().vocab() < data.vocab()) {
                findings.add(
                        place,
                        model.name(),
                        "has a vocabulary of " + model.shape().vocab() + ", the corpus " + data.corpus() + " needs "
                                + data.vocab());
            }
        });
    }

    private void stableParents(TrainingSettings.Schedule schedule) {
        if (schedule != TrainingSettings.Schedule.COSINE) {
            return;
        }
        for (Map.Entry<String, Scheme> entry : axes.schemes().entrySet()) {
            if (entry.getValue().parent() == Scheme.Parent.STABLE) {
                findings.add(
                        entry.getKey(),
                        entry.getValue().label(),
                        "parent stable needs schedule wsd; a cosine has no stable trunk to branch off");
            }
        }
    }
}

package io.bitfrontier.service.sweep;

import io.bitfrontier.service.plan.QuantizerChoice;
import io.bitfrontier.vocabulary.Amount;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.Steps;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** Reads the axes of a grid. Values are kept by their place in the document, so that later checks can name it. */
final class GridReader {
    static final long LARGEST_SEED = (1L << 53) - 1;
    private static final long LARGEST_BUDGET = 1_000_000_000_000_000L;

    private final Findings findings;
    private final ModelReader models;

    GridReader(Findings findings) {
        this.findings = findings;
        this.models = new ModelReader(findings);
    }

    /** The axes, each value under its place. */
    record Axes(
            Map<String, ModelCatalog.Entry> models,
            Map<String, Long> tokens,
            Map<String, Precision> precisions,
            Map<String, Scheme> schemes,
            Map<String, QuantizerChoice> quantizers,
            Map<String, Long> seeds) {
        boolean quantizes() {
            return precisions.values().stream().anyMatch(p -> !p.isFull());
        }
    }

    /**
     * Reads the section {@code grid}.
     *
     * @param batchTokens the least budget; 0 when it is itself in error
     */
    Axes read(Section grid, int batchTokens) {
        Map<String, ModelCatalog.Entry> catalog = axis(grid, "model", models::read);
        Map<String, Long> budgets = axis(grid, "tokens", (place, node) -> budget(place, node, batchTokens));
        Map<String, Precision> precisions = axis(grid, "precision", this::precision);
        boolean quantizes = precisions.values().stream().anyMatch(p -> !p.isFull());
        if (quantizes && !grid.has("scheme")) {
            grid.missing("scheme", "is missing; precisions below 16 need one of ptq, qat-from-scratch, fp-then-qat");
        }
        Axes axes = new Axes(
                catalog,
                budgets,
                precisions,
                grid.has("scheme") ? axis(grid, "scheme", this::scheme) : Map.of(),
                grid.has("quantizer")
                        ? axis(grid, "quantizer", this::quantizer)
                        : Map.of(grid.at("quantizer"), QuantizerChoice.PARETOQ),
                grid.has("seed") ? axis(grid, "seed", this::seed) : Map.of(grid.at("seed"), 1L));
        if (batchTokens > 0) {
            distinctSteps(budgets, batchTokens);
        }
        return axes;
    }

    private <T> Map<String, T> axis(Section grid, String key, BiFunction<String, DocumentNode, Optional<T>> parse) {
        Map<String, T> axis = new LinkedHashMap<>();
        Map<T, String> places = new LinkedHashMap<>();
        Map<String, DocumentNode> entries = grid.entries(key);
        if (entries.isEmpty()) {
            grid.missing(key, grid.has(key) ? "is empty; at least one value is needed" : "is missing");
        }
        entries.forEach((place, node) -> parse.apply(place, node).ifPresent(value -> {
            String first = places.putIfAbsent(value, place);
            if (first == null) {
                axis.put(place, value);
            } else {
                findings.add(place, node, "is there already at " + first);
            }
        }));
        return axis;
    }

    Optional<ModelCatalog.Entry> model(String place, DocumentNode node) {
        return models.read(place, node);
    }

    private Optional<Long> budget(String place, DocumentNode node, int batchTokens) {
        Optional<Long> tokens = amount(place, node);
        if (tokens.isPresent() && tokens.get() < batchTokens) {
            findings.add(place, node, "is below one batch of " + batchTokens + " tokens (training.batchTokens)");
            return Optional.empty();
        }
        return tokens;
    }

    Optional<Long> amount(String place, DocumentNode node) {
        Optional<Long> tokens = scalar(node).flatMap(Numbers::whole).filter(t -> t >= 1 && t <= LARGEST_BUDGET);
        if (tokens.isEmpty()) {
            findings.add(
                    place,
                    node,
                    "must be an amount such as 250k, 1M or 10B, from 1 to " + Amount.format(LARGEST_BUDGET));
        }
        return tokens;
    }

    private void distinctSteps(Map<String, Long> tokens, int batchTokens) {
        Map<Long, String> places = new LinkedHashMap<>();
        tokens.forEach((place, budget) -> {
            long steps = Steps.ofBudget(budget, batchTokens);
            String first = places.putIfAbsent(steps, place);
            if (first != null) {
                findings.add(
                        place,
                        Amount.format(budget),
                        "rounds to " + steps + " optimizer steps of " + batchTokens + " tokens, as " + first + " does");
            }
        });
    }

    Optional<Precision> precision(String place, DocumentNode node) {
        Optional<Precision> precision = scalar(node)
                .flatMap(Numbers::decimal)
                .map(bits -> bits.stripTrailingZeros().toPlainString())
                .flatMap(Precision::parse);
        if (precision.isEmpty()) {
            findings.add(place, node, "must be one of " + Precision.labels());
        }
        return precision;
    }

    Optional<Long> seed(String place, DocumentNode node) {
        Optional<Long> seed = scalar(node).flatMap(Numbers::whole).filter(s -> s <= LARGEST_SEED);
        if (seed.isEmpty()) {
            findings.add(place, node, "must be a whole number from 0 to " + LARGEST_SEED);
        }
        return seed;
    }

    Optional<QuantizerChoice> quantizer(String place, DocumentNode node) {
        Optional<QuantizerChoice> choice = scalar(node).flatMap(QuantizerChoice::parse);
        if (choice.isEmpty()) {
            List<String> known = Stream.concat(
                            Stream.of(QuantizerChoice.PARETOQ_LABEL),
                            Arrays.stream(Quantizer.values()).map(Quantizer::label))
                    .toList();
            findings.add(place, node, "is not a quantizer; " + Suggestion.of(node.shown(), known));
        }
        return choice;
    }

    Optional<Scheme> scheme(String place, DocumentNode node) {
        if (node instanceof DocumentNode.Fields fields) {
            return splitScheme(place, fields);
        }
        Optional<Scheme.Kind> kind = scalar(node).flatMap(Scheme.Kind::parse);
        if (kind.isEmpty()) {
            findings.add(place, node, "is not a scheme; " + Suggestion.of(node.shown(), schemes()));
            return Optional.empty();
        }
        return switch (kind.get()) {
            case PTQ -> Optional.of(Scheme.PTQ);
            case QAT_FROM_SCRATCH -> Optional.of(Scheme.QAT_FROM_SCRATCH);
            case FP_THEN_QAT -> Optional.of(Scheme.fpThenQat(Scheme.DEFAULT_QAT_FRACTION, Scheme.Parent.ANNEALED));
            case FULL_PRECISION -> {
                findings.add(place, node, "is what precision 16 has by itself; leave it out");
                yield Optional.empty();
            }
        };
    }

    private Optional<Scheme> splitScheme(String place, DocumentNode.Fields fields) {
        String label = Scheme.Kind.FP_THEN_QAT.label();
        Section outer = Section.of(fields, place, findings, label);
        if (!fields.values().containsKey(label)) {
            if (fields.values().isEmpty()) {
                findings.add(place, fields, "must be a scheme: " + String.join(", ", schemes()));
            }
            return Optional.empty();
        }
        Section inner = outer.section(label, "qatFraction", "parent");
        Scheme.Parent parent = parent(inner);
        if (!inner.has("qatFraction")) {
            return Optional.of(Scheme.fpThenQat(Scheme.DEFAULT_QAT_FRACTION, parent));
        }
        Optional<BigDecimal> fraction =
                inner.text("qatFraction").flatMap(Numbers::decimal).filter(GridReader::isShare);
        if (fraction.isEmpty()) {
            findings.add(inner.at("qatFraction"), inner.text("qatFraction").orElse(null), "must be a number in (0, 1)");
        }
        return fraction.map(share -> Scheme.fpThenQat(share, parent));
    }

    private static boolean isShare(BigDecimal value) {
        return value.signum() > 0 && value.compareTo(BigDecimal.ONE) < 0;
    }

    private Scheme.Parent parent(Section section) {
        return section.text("parent")
                .flatMap(text -> Scheme.Parent.parse(text).or(() -> {
                    findings.add(section.at("parent"), text, "must be annealed or stable");
                    return Optional.empty();
                }))
                .orElse(Scheme.Parent.ANNEALED);
    }

    private static List<String> schemes() {
        return Arrays.stream(Scheme.Kind.values())
                .filter(kind -> kind != Scheme.Kind.FULL_PRECISION)
                .map(Scheme.Kind::label)
                .toList();
    }

    static Optional<String> scalar(DocumentNode node) {
        return node instanceof DocumentNode.Scalar scalar && !node.isNull()
                ? Optional.of(scalar.text())
                : Optional.empty();
    }
}

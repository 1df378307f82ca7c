package io.bitfrontier.service.sweep;

import io.bitfrontier.vocabulary.Amount;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.ModelShape;
import java.util.List;
import java.util.Optional;

/** Reads a model: a name of the catalog, a count that names one, or a shape. */
final class ModelReader {
    private static final String[] FIELDS = {
        "layers", "dim", "heads", "kvHeads", "ffn", "vocab", "tied", "ropeTheta", "embeddingNorm"
    };
    private static final List<String> NEEDED = List.of("layers", "dim", "heads", "ffn", "vocab");
    private static final int MANY = 1 << 20;
    private static final int MANY_LAYERS = 1 << 10;

    private final Findings findings;

    ModelReader(Findings findings) {
        this.findings = findings;
    }

    Optional<ModelCatalog.Entry> read(String place, DocumentNode node) {
        if (node instanceof DocumentNode.Fields) {
            return shape(Section.of(node, place, findings, FIELDS));
        }
        Optional<ModelCatalog.Entry> entry = GridReader.scalar(node)
                .flatMap(text -> ModelCatalog.byName(text).or(() -> byCount(text)));
        if (entry.isEmpty()) {
            findings.add(
                    place,
                    node,
                    "is neither a model of the catalog nor the parameter count of one; "
                            + Suggestion.of(node.shown(), names()));
        }
        return entry;
    }

    /** An exact count, or a round one that reads like a name: 125000000 is 125M. */
    private static Optional<ModelCatalog.Entry> byCount(String text) {
        return Numbers.whole(text)
                .flatMap(count -> ModelCatalog.byParameters(count).or(() -> ModelCatalog.byName(Amount.format(count))));
    }

    private static List<String> names() {
        return ModelCatalog.entries().stream().map(ModelCatalog.Entry::name).toList();
    }

    private Optional<ModelCatalog.Entry> shape(Section section) {
        List<String> missing =
                NEEDED.stream().filter(field -> !section.has(field)).toList();
        missing.forEach(field -> section.missing(field, "is missing"));
        int heads = (int) section.whole("heads", 1, 0, MANY);
        ModelShape shape = new ModelShape(
                (int) section.whole("layers", 1, 0, MANY_LAYERS),
                (int) section.whole("dim", 2, 0, MANY),
                heads,
                (int) section.whole("kvHeads", heads, 0, MANY),
                (int) section.whole("ffn", 1, 0, MANY),
                (int) section.whole("vocab", 2, 0, MANY * 16L),
                section.flag("tied", true),
                section.number("ropeTheta", 10_000.0, Numbers.Range.from(1, 1e9)),
                null,
                1e-5,
                section.flag("embeddingNorm", false));
        return missing.isEmpty() ? checked(shape, section) : Optional.empty();
    }

    private Optional<ModelCatalog.Entry> checked(ModelShape shape, Section section) {
        List<String> violations = shape.violations();
        for (String violation : violations) {
            // Each begins with the field that it is about.
            String field = violation.substring(0, violation.indexOf(' '));
            findings.add(section.at(field), section.text(field).orElse(null), violation);
        }
        return violations.isEmpty()
                ? Optional.of(new ModelCatalog.Entry(ModelCatalog.nameOf(shape), shape))
                : Optional.empty();
    }
}

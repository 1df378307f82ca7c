package io.bitfrontier.service.sweep;

import io.bitfrontier.service.plan.Exclusion;
import io.bitfrontier.service.plan.QuantizerChoice;
import io.bitfrontier.service.plan.SchemePattern;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Scheme;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Reads exclusions: partial matches over the axes, each value single or a list. */
final class ExclusionReader {
    /** Every point is held against every exclusion: a full grid against as many is a matter of seconds. */
    static final int MOST = 1_000;

    private static final String[] AXES = {"model", "tokens", "precision", "scheme", "quantizer", "seed"};

    private final Findings findings;
    private final GridReader grid;

    ExclusionReader(Findings findings, GridReader grid) {
        this.findings = findings;
        this.grid = grid;
    }

    List<Exclusion> read(Section document) {
        List<Exclusion> exclusions = new ArrayList<>();
        Map<String, DocumentNode> entries = document.entries("exclude");
        if (entries.size() > MOST) {
            findings.add(
                    "exclude",
                    Integer.toString(entries.size()),
                    "has " + entries.size() + " entries, at most " + MOST + " are allowed");
            return exclusions;
        }
        entries.forEach((place, node) -> exclusions.add(exclusion(place, node)));
        return exclusions;
    }

    private Exclusion exclusion(String place, DocumentNode node) {
        Section section = Section.of(node, place, findings, AXES);
        if (node instanceof DocumentNode.Fields fields && fields.values().isEmpty()) {
            findings.add(place, node, "names no axis, and so would exclude everything");
        }
        return new Exclusion(
                values(section, "model", (at, value) -> grid.model(at, value).map(ModelCatalog.Entry::name)),
                values(section, "tokens", grid::amount),
                values(section, "precision", grid::precision),
                values(section, "scheme", this::pattern),
                values(section, "quantizer", (at, value) -> grid.quantizer(at, value)
                        .map(QuantizerChoice::label)),
                values(section, "seed", grid::seed));
    }

    private <T> Set<T> values(Section section, String key, BiFunction<String, DocumentNode, Optional<T>> parse) {
        Set<T> values = new LinkedHashSet<>();
        if (section.has(key) && section.entries(key).isEmpty()) {
            section.missing(key, "is empty; at least one value is needed");
        }
        section.entries(key).forEach((place, node) -> parse.apply(place, node).ifPresent(values::add));
        return values;
    }

    /** A bare kind matches every scheme of that kind; the full form matches that scheme alone. */
    private Optional<SchemePattern> pattern(String place, DocumentNode node) {
        Optional<Scheme.Kind> bare = GridReader.scalar(node).flatMap(Scheme.Kind::parse);
        if (bare.isPresent()) {
            return Optional.of(new SchemePattern(bare.get(), null));
        }
        return grid.scheme(place, node).map(scheme -> new SchemePattern(scheme.kind(), scheme));
    }
}

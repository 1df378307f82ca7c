package io.bitfrontier.service.sweep;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of the document with the fields that it may have. A value that is wrong is reported and read as its default, so that
 * reading goes on to the next mistake.
 */
final class Section {
    private final Map<String, DocumentNode> values;
    private final String path;
    private final Findings findings;

    private Section(Map<String, DocumentNode> values, String path, Findings findings) {
        this.values = values;
        this.path = path;
        this.findings = findings;
    }

    /**
     * Reads a mapping; a missing one is empty.
     *
     * @param path place of the mapping; empty for the whole document
     */
    static Section of(@Nullable DocumentNode node, String path, Findings findings, String... known) {
        Map<String, DocumentNode> values = new LinkedHashMap<>();
        Section section = new Section(values, path, findings);
        if (node instanceof DocumentNode.Fields fields) {
            List<String> names = List.of(known);
            fields.values().forEach((key, value) -> {
                if (!names.contains(key)) {
                    findings.add(section.at(key), value, "unknown field; " + Suggestion.of(key, names));
                } else if (!value.isNull()) {
                    values.put(key, value);
                }
            });
        } else if (node != null && !node.isNull()) {
            findings.add(path.isEmpty() ? DocumentParser.DOCUMENT : path, node, "must be a mapping");
        }
        return section;
    }

    String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    @Nullable
    DocumentNode get(String key) {
        return values.get(key);
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    Section section(String key, String... known) {
        return of(get(key), at(key), findings, known);
    }

    void missing(String key, String message) {
        findings.add(at(key), (String) null, message);
    }

    /** The value under a key is wrong. */
    void wrong(String key, String message) {
        findings.add(at(key), text(key).orElse(null), message);
    }

    /** A scalar's text; reported and empty when it is something else. */
    Optional<String> text(String key) {
        DocumentNode node = get(key);
        if (node == null) {
            return Optional.empty();
        }
        if (node instanceof DocumentNode.Scalar scalar) {
            return Optional.of(scalar.text());
        }
        findings.add(at(key), node, "must be a single value");
        return Optional.empty();
    }

    /** A whole number, amounts such as 1k included. */
    long whole(String key, long otherwise, long least, long most) {
        return text(key)
                .flatMap(text -> Numbers.whole(text)
                        .filter(value -> value >= least && value <= most)
                        .or(() -> {
                            findings.add(at(key), text, "must be a whole number from " + least + " to " + most);
                            return Optional.empty();
                        }))
                .orElse(otherwise);
    }

    /** A whole number from −most to most; 0 where it is missing. */
    long signed(String key, long most) {
        return text(key)
                .flatMap(text -> Numbers.decimal(text)
                        .filter(value -> value.stripTrailingZeros().scale() <= 0)
                        .filter(value -> value.abs().compareTo(BigDecimal.valueOf(most)) <= 0)
                        .map(BigDecimal::longValue)
                        .or(() -> {
                            findings.add(at(key), text, "must be a whole number from -" + most + " to " + most);
                            return Optional.empty();
                        }))
                .orElse(0L);
    }

    double number(String key, double otherwise, Numbers.Range range) {
        return text(key).flatMap(text -> number(at(key), text, range)).orElse(otherwise);
    }

    private Optional<Double> number(String place, String text, Numbers.Range range) {
        Optional<Double> value =
                Numbers.decimal(text).map(BigDecimal::doubleValue).filter(range::contains);
        if (value.isEmpty()) {
            findings.add(place, text, "must be a number " + range.shown());
        }
        return value;
    }

    boolean flag(String key, boolean otherwise) {
        return text(key)
                .flatMap(text -> {
                    if (text.equals("true") || text.equals("false")) {
                        return Optional.of(Boolean.valueOf(text));
                    }
                    findings.add(at(key), text, "must be true or false");
                    return Optional.empty();
                })
                .orElse(otherwise);
    }

    /**
     * A number, or a mapping from something to numbers with the key {@code default}.
     *
     * @param parse the key, or empty when it means nothing
     * @param keys what keys may be, for messages
     * @return the numbers by key; the key null for the default
     */
    <K> Map<@Nullable K, Double> numbersBy(
            String key, Numbers.Range range, Function<String, Optional<K>> parse, String keys) {
        Map<@Nullable K, Double> numbers = new LinkedHashMap<>();
        if (!(get(key) instanceof DocumentNode.Fields fields)) {
            text(key).flatMap(text -> number(at(key), text, range)).ifPresent(value -> numbers.put(null, value));
            return numbers;
        }
        fields.values().forEach((name, node) -> {
            String place = at(key) + "." + name;
            Optional<K> parsed = parse.apply(name);
            if (parsed.isEmpty() && !name.equals("default")) {
                findings.add(place, node, "'" + name + "' is none of " + keys + ", default");
            } else if (node instanceof DocumentNode.Scalar scalar) {
                number(place, scalar.text(), range).ifPresent(value -> numbers.put(parsed.orElse(null), value));
            } else {
                findings.add(place, node, "must be a single value");
            }
        });
        return numbers;
    }

    /** The entries of a list, each with its place; a single value counts as a list of one. */
    Map<String, DocumentNode> entries(String key) {
        DocumentNode node = get(key);
        if (node == null) {
            return Map.of();
        }
        if (!(node instanceof DocumentNode.Items items)) {
            return Map.of(at(key), node);
        }
        Map<String, DocumentNode> entries = new LinkedHashMap<>();
        for (int i = 0; i < items.values().size(); i++) {
            entries.put(at(key) + "[" + i + "]", items.values().get(i));
        }
        return entries;
    }
}

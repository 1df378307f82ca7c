package io.bitfrontier.service.sweep;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A parsed document, YAML or JSON alike; scalars keep their text, so that a violation can show what was written. */
sealed interface DocumentNode {
    /** Key to value in the order written. */
    record Fields(Map<String, DocumentNode> values) implements DocumentNode {}

    record Items(List<DocumentNode> values) implements DocumentNode {}

    /** What a scalar looks like; a field may accept several of them. */
    enum Kind {
        TEXT,
        NUMBER,
        BOOLEAN,
        NULL
    }

    record Scalar(String text, Kind kind) implements DocumentNode {}

    default boolean isNull() {
        return this instanceof Scalar scalar && scalar.kind() == Kind.NULL;
    }

    /** The node in a few words, for violations. */
    default String shown() {
        if (this instanceof Scalar scalar) {
            return scalar.text();
        }
        return this instanceof Items ? "a list" : "a mapping";
    }

    /** Maps, lists, strings, numbers, booleans and null, as JSON libraries write them. */
    default @Nullable Object plain() {
        if (this instanceof Fields fields) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            fields.values().forEach((key, value) -> map.put(key, value.plain()));
            return map;
        }
        if (this instanceof Items items) {
            List<@Nullable Object> list = new ArrayList<>();
            items.values().forEach(value -> list.add(value.plain()));
            return list;
        }
        Scalar scalar = (Scalar) this;
        return switch (scalar.kind()) {
            case TEXT -> scalar.text();
            case NUMBER -> number(scalar.text());
            case BOOLEAN -> Boolean.valueOf(scalar.text());
            case NULL -> null;
        };
    }

    private static Object number(String text) {
        try {
            return new BigDecimal(text.replace("_", ""));
        } catch (NumberFormatException e) {
            return text;
        }
    }

    /** Text that is equal for equal documents, whatever their order of keys, quoting and layout. */
    default String canonical() {
        if (this instanceof Fields fields) {
            StringBuilder text = new StringBuilder("{");
            fields.values().entrySet().stream()
                    .filter(entry -> !entry.getValue().isNull())
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(entry -> text.append(quoted(entry.getKey()))
                            .append(entry.getValue().canonical())
                            .append(','));
            return text.append('}').toString();
        }
        if (this instanceof Items items) {
            StringBuilder text = new StringBuilder("[");
            items.values().forEach(value -> text.append(value.canonical()).append(','));
            return text.append(']').toString();
        }
        return quoted(((Scalar) this).text());
    }

    /** The length in front makes the text unambiguous without escapes. */
    private static String quoted(String text) {
        return text.length() + ":" + text;
    }
}

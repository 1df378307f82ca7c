package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.Amount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A mapping of the specification. Faults are collected with their place, not thrown. */
final class SpecificationSection {
    private final JsonNode node;
    private final String place;
    private final List<String> violations;

    SpecificationSection(JsonNode node, String place, List<String> violations, String... fields) {
        this.node = node.isObject() ? node : JsonNodeFactory.instance.objectNode();
        this.place = place;
        this.violations = violations;
        if (!node.isObject() && !node.isMissingNode() && !node.isNull()) {
            violations.add((place.isEmpty() ? "the document" : place) + " is " + node + ", not a mapping");
        }
        for (Map.Entry<String, JsonNode> field : this.node.properties()) {
            if (!List.of(fields).contains(field.getKey())) {
                violations.add(at(field.getKey()) + " is unknown; known are " + String.join(", ", fields));
            }
        }
    }

    String at(String field) {
        return place.isEmpty() ? field : place + "." + field;
    }

    boolean has(String field) {
        return node.has(field);
    }

    JsonNode node(String field) {
        return node.path(field);
    }

    SpecificationSection section(String field, String... fields) {
        return new SpecificationSection(node.path(field), at(field), violations, fields);
    }

    Optional<String> text(String field) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isValueNode()) {
            violations.add(at(field) + " is " + value + ", not a single value");
            return Optional.empty();
        }
        return Optional.of(value.asString());
    }

    List<String> texts(String field, List<String> otherwise) {
        if (!has(field)) {
            return otherwise;
        }
        List<String> found = new ArrayList<>();
        node.path(field).forEach(value -> found.add(value.asString()));
        return found;
    }

    void violation(String field, String problem) {
        violations.add(at(field) + " " + problem);
    }

    /** A whole number or an amount such as 250k, within the bounds. */
    long whole(String field, long otherwise, long least, long most) {
        Optional<String> text = text(field);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            long value = Amount.parse(text.get());
            if (value >= least && value <= most) {
                return value;
            }
            violation(field, "is " + value + ", must be " + least + " to " + most);
        } catch (IllegalArgumentException e) {
            violation(field, "is " + text.get() + ", not a whole number such as 250k");
        }
        return otherwise;
    }

    double number(String field, double otherwise, double least, double most) {
        return text(field).map(t -> number(field, t, otherwise, least, most)).orElse(otherwise);
    }

    private double number(String field, String text, double otherwise, double least, double most) {
        try {
            double value = Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
            violation(field, "is " + text + ", must be " + least + " to " + most);
        } catch (NumberFormatException e) {
            violation(field, "is " + text + ", not a number");
        }
        return otherwise;
    }

    /** A number, or a mapping of which the key, else {@code default}, is taken. */
    double numberFor(String field, String key, double otherwise, double least, double most) {
        if (!node.path(field).isObject()) {
            return number(field, otherwise, least, most);
        }
        JsonNode byKey = node.path(field);
        JsonNode value = byKey.has(key) ? byKey.path(key) : byKey.path("default");
        return value.isMissingNode() ? otherwise : number(field, value.asString(), otherwise, least, most);
    }

    boolean flag(String field, boolean otherwise) {
        Optional<String> text = text(field);
        if (text.isPresent() && !List.of("true", "false").contains(text.get())) {
            violation(field, "is " + text.get() + ", must be true or false");
        }
        return text.map("true"::equals).orElse(otherwise);
    }
}

package io.bitfrontier.helm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;

/**
 * What the chart renders.
 *
 * @param text as Helm prints it
 * @param objects that Kubernetes would get
 */
record Rendered(String text, List<JsonNode> objects) {
    static Rendered of(String text) {
        List<JsonNode> objects = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                Chart.YAML.readerFor(JsonNode.class).readValues(text)) {
            documents.forEachRemaining(document -> {
                if (document.isObject()) {
                    objects.add(document);
                }
            });
        }
        return new Rendered(text, List.copyOf(objects));
    }

    /** The only object of this kind. */
    JsonNode the(String kind) {
        List<JsonNode> found = all(kind);
        if (found.size() != 1) {
            throw new AssertionError("rendered " + found.size() + " objects of kind " + kind);
        }
        return found.get(0);
    }

    JsonNode the(String kind, String name) {
        return all(kind).stream()
                .filter(object -> object.at("/metadata/name").stringValue().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }

    List<JsonNode> all(String kind) {
        return objects.stream()
                .filter(object -> object.get("kind").stringValue().equals(kind))
                .toList();
    }

    boolean has(String kind) {
        return !all(kind).isEmpty();
    }

    JsonNode pod() {
        return the("Deployment").at("/spec/template/spec");
    }

    JsonNode container() {
        return pod().at("/containers/0");
    }

    /** The container's environment entry of this name. */
    Optional<JsonNode> environment(String name) {
        return container()
                .get("env")
                .valueStream()
                .filter(entry -> entry.get("name").stringValue().equals(name))
                .findFirst();
    }

    /** The settings that the service reads. */
    JsonNode settings() {
        return Chart.YAML.readTree(
                the("ConfigMap", "lab-bitfrontier").at("/data/application.yaml").stringValue());
    }
}

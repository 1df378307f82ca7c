package io.bitfrontier.service.cluster;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The chart as it is installed: release {@code lab} with a database's Secret, a first token's Secret and what a test adds. */
final class RenderedChart {
    private static final Path FOLDER =
            Path.of("../helm/bitfrontier").toAbsolutePath().normalize();
    private static final String LEAST = """
            database: {existingSecret: database}
            access: {bootstrapSecret: first-token}
            """;

    private final List<JsonNode> objects;

    private RenderedChart(List<JsonNode> objects) {
        this.objects = objects;
    }

    /** For a namespace of that API server, with its version. */
    static RenderedChart in(ClusterClient api, String namespace, String values) {
        try {
            Path least = Files.writeString(Files.createTempFile("values", ".yaml"), LEAST);
            Path more = Files.writeString(Files.createTempFile("values", ".yaml"), values);
            try {
                TemplateCommand command = new Helm(FOLDER)
                        .template()
                        .withName("lab")
                        .withNamespace(namespace)
                        .withKubeVersion(api.get("/version").get("gitVersion").asString())
                        .withValuesFile(least)
                        .withValuesFile(more);
                return new RenderedChart(ClusterClient.parse(command.call()));
            } finally {
                Files.delete(least);
                Files.delete(more);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<JsonNode> objects() {
        return objects;
    }

    /** The only object of a kind. */
    JsonNode the(String kind) {
        List<JsonNode> found = objects.stream()
                .filter(object -> object.get("kind").asString().equals(kind))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError("%d of kind %s".formatted(found.size(), kind));
        }
        return found.get(0);
    }
}

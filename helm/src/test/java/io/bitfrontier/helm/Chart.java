package io.bitfrontier.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The chart, rendered with what an installation has to say at least, and with what a test adds to it. */
final class Chart {
    static final Path FOLDER = Path.of("bitfrontier").toAbsolutePath();
    static final YAMLMapper YAML = new YAMLMapper();

    /** What has no default: where the database is and who may come in first. */
    private static final String LEAST = """
            database: {existingSecret: db}
            access: {bootstrapSecret: first-token}
            """;

    private Chart() {}

    /** Rendered as release {@code lab} in namespace {@code research}. */
    static Rendered withDefaults() {
        return with("");
    }

    /** Rendered with these values over {@link #LEAST}. */
    static Rendered with(String values) {
        return Rendered.of(template(LEAST, values));
    }

    /** Rendered with nothing but these values. */
    static Rendered withNothingBut(String values) {
        return Rendered.of(template(values));
    }

    /** How the chart refuses these values. */
    static String refusalOf(String values) {
        try {
            template(LEAST, values);
        } catch (IllegalStateException e) {
            return String.valueOf(e.getMessage());
        }
        throw new AssertionError("the chart takes " + values);
    }

    static String template(String... values) {
        TemplateCommand command = new Helm(FOLDER)
                .template()
                .withName("lab")
                .withNamespace("research")
                .withKubeVersion("1.36.3");
        List<Path> files = List.of(values).stream().map(Chart::file).toList();
        try {
            files.forEach(command::withValuesFile);
            return command.call();
        } finally {
            files.forEach(Chart::delete);
        }
    }

    static JsonNode yaml(Path file) {
        return YAML.readTree(text(file));
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path file(String values) {
        try {
            return Files.writeString(Files.createTempFile("values", ".yaml"), values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

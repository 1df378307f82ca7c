package io.bitfrontier.trainer.quant;

import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reference cases of quantizers, read from every {@code *.json} in a folder: the golden files of this module, or another folder
 * with {@code -Dgolden=DIR}. Fields that a case does not have are not compared.
 */
final class GoldenCases {
    private GoldenCases() {}

    record GoldenCase(
            String label,
            QuantizerSpec spec,
            int rows,
            int cols,
            float[] weight,
            float[] scale,
            float[] gradOutput,
            float @Nullable [] quantized,
            float @Nullable [] gradWeight,
            float @Nullable [] gradScale,
            float @Nullable [] initialScale) {
        @Override
        public String toString() {
            return label;
        }
    }

    /** The folder in force. A relative {@code -Dgolden} counts from where Maven was started. */
    static Path folder() {
        String given = System.getProperty("golden", "");
        if (given.isEmpty()) {
            return Path.of("src/test/resources/golden");
        }
        return Path.of(System.getProperty("golden.base", "")).resolve(given);
    }

    /** @throws IllegalStateException when the folder holds no case */
    static List<GoldenCase> in(Path folder) {
        List<GoldenCase> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                for (JsonNode node : JsonMapper.shared().readTree(file.toFile()).path("cases")) {
                    cases.add(read(file.getFileName().toString(), node));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read golden folder " + folder.toAbsolutePath(), e);
        }
        if (cases.isEmpty()) {
            throw new IllegalStateException("no golden case in " + folder.toAbsolutePath());
        }
        return cases;
    }

    private static GoldenCase read(String file, JsonNode node) {
        String bits = node.path("bits").asString();
        String quantizer = node.path("quantizer").asString();
        String label = file + ": " + node.path("name").asString() + ", " + quantizer + " at " + bits;
        Precision precision = Precision.parse(bits.endsWith(".0") ? bits.substring(0, bits.length() - 2) : bits)
                .orElseThrow(() -> new IllegalStateException(label + ": unknown bits"));
        QuantizerSpec spec = new QuantizerSpec(
                Quantizer.parse(quantizer).orElseThrow(() -> new IllegalStateException(label + ": unknown quantizer")),
                precision,
                node.path("scaleGradient").asString(QuantizerSpec.REFERENCE_GRADIENT));
        return new GoldenCase(
                label,
                spec,
                node.path("rows").asInt(),
                node.path("cols").asInt(),
                required(label, node, "weight"),
                required(label, node, "scale"),
                required(label, node, "gradOutput"),
                floats(node.path("quantized")),
                floats(node.path("gradWeight")),
                floats(node.path("gradScale")),
                floats(node.path("initialScale")));
    }

    private static float[] required(String label, JsonNode node, String field) {
        float[] values = floats(node.path(field));
        if (values == null) {
            throw new IllegalStateException(label + ": " + field + " is missing");
        }
        return values;
    }

    private static float @Nullable [] floats(JsonNode node) {
        if (!node.isArray()) {
            return null;
        }
        float[] values = new float[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) node.get(i).asDouble();
        }
        return values;
    }
}

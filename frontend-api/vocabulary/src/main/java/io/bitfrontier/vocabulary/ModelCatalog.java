package io.bitfrontier.vocabulary;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Named model shapes: the five MobileLLM sizes (arXiv 2402.14905), three of Llama 3, and tiny ones that train on a laptop in
 * minutes. The tiny ones RMS-norm the embedding's output (see {@link ModelShape#embeddingNorm}).
 */
public final class ModelCatalog {
    private static final int SYNTHETIC_VOCAB = 128;
    private static final int BYTE_VOCAB = 259;
    private static final int LLAMA3_VOCAB = 128_256;

    private static final Map<String, ModelShape> SHAPES = new LinkedHashMap<>();

    static {
        SHAPES.put("tiny-17k", ModelShape.of(2, 24, 2, 2, 64, SYNTHETIC_VOCAB).withEmbeddingNorm());
        SHAPES.put("tiny-44k", ModelShape.of(3, 32, 2, 2, 96, SYNTHETIC_VOCAB).withEmbeddingNorm());
        SHAPES.put("tiny-168k", ModelShape.of(3, 64, 2, 2, 192, SYNTHETIC_VOCAB).withEmbeddingNorm());
        SHAPES.put("tiny-1M", ModelShape.of(4, 128, 4, 2, 384, BYTE_VOCAB).withEmbeddingNorm());
        SHAPES.put("tiny-7M", ModelShape.of(6, 288, 6, 3, 864, BYTE_VOCAB).withEmbeddingNorm());
        SHAPES.put("125M", ModelShape.of(30, 576, 9, 3, 1536, 32_000));
        SHAPES.put("350M", ModelShape.of(32, 960, 15, 5, 2560, 32_000));
        SHAPES.put("600M", ModelShape.of(40, 1152, 18, 6, 3072, 32_000));
        SHAPES.put("1B", ModelShape.of(54, 1280, 20, 5, 3584, 32_000));
        SHAPES.put("1.5B", ModelShape.of(54, 1600, 25, 5, 4352, 32_000));
        ModelShape.RopeScaling scaling = new ModelShape.RopeScaling(32, 1, 4, 8192);
        SHAPES.put(
                "Llama-3.2-1B",
                new ModelShape(16, 2048, 32, 8, 8192, LLAMA3_VOCAB, true, 500_000.0, scaling, 1e-5, false));
        SHAPES.put(
                "Llama-3.2-3B",
                new ModelShape(28, 3072, 24, 8, 8192, LLAMA3_VOCAB, true, 500_000.0, scaling, 1e-5, false));
        SHAPES.put(
                "Llama-3-8B",
                new ModelShape(32, 4096, 32, 8, 14_336, LLAMA3_VOCAB, false, 500_000.0, null, 1e-5, false));
    }

    private ModelCatalog() {}

    /** A catalog entry: its name and its shape. */
    public record Entry(String name, ModelShape shape) {}

    public static List<Entry> entries() {
        return SHAPES.entrySet().stream()
                .map(e -> new Entry(e.getKey(), e.getValue()))
                .toList();
    }

    /** By name; MobileLLM sizes answer to {@code MobileLLM-125M} as well as to {@code 125M}. */
    public static Optional<Entry> byName(String name) {
        String key = name.startsWith("MobileLLM-") ? name.substring("MobileLLM-".length()) : name;
        return Optional.ofNullable(SHAPES.get(key)).map(shape -> new Entry(key, shape));
    }

    /** The entry with exactly this many parameters, if there is one. */
    public static Optional<Entry> byParameters(long count) {
        return entries().stream()
                .filter(e -> e.shape().totalParameters() == count)
                .findFirst();
    }

    /** The name of a shape that the catalog holds, otherwise its dimensions. */
    public static String nameOf(ModelShape shape) {
        return entries().stream()
                .filter(e -> e.shape().equals(shape))
                .map(Entry::name)
                .findFirst()
                .orElseGet(() -> "l%d-d%d-h%d-kv%d-f%d-v%d%s%s"
                        .formatted(
                                shape.layers(),
                                shape.dim(),
                                shape.heads(),
                                shape.kvHeads(),
                                shape.ffn(),
                                shape.vocab(),
                                shape.tied() ? "" : "-untied",
                                shape.embeddingNorm() ? "-normed" : ""));
    }
}

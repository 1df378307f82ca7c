package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.ModelShape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** A golden safetensors file and JSON, read without the code under test. */
final class GoldenFile {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private final Map<String, float[]> floats = new TreeMap<>();
    private final Map<String, int[]> integers = new TreeMap<>();

    static GoldenFile tensors(String resource) {
        return tensors(bytes(resource));
    }

    static GoldenFile tensors(Path file) throws IOException {
        return tensors(Files.readAllBytes(file));
    }

    private static GoldenFile tensors(byte[] bytes) {
        GoldenFile golden = new GoldenFile();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = (int) buffer.getLong();
        JsonNode header = JSON.readTree(Arrays.copyOfRange(bytes, 8, 8 + headerLength));
        for (Map.Entry<String, JsonNode> field : header.properties()) {
            if (field.getKey().equals("__metadata__")) {
                continue;
            }
            int begin = field.getValue().path("data_offsets").path(0).asInt();
            int count = (field.getValue().path("data_offsets").path(1).asInt() - begin) / 4;
            ByteBuffer data = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(8 + headerLength + begin);
            if (field.getValue().path("dtype").asString().equals("I32")) {
                int[] values = new int[count];
                data.asIntBuffer().get(values);
                golden.integers.put(field.getKey(), values);
            } else {
                float[] values = new float[count];
                data.asFloatBuffer().get(values);
                golden.floats.put(field.getKey(), values);
            }
        }
        return golden;
    }

    static JsonNode json(String resource) {
        return JSON.readTree(bytes(resource));
    }

    static ModelShape shape(JsonNode model) {
        return JSON.treeToValue(model, ModelShape.class);
    }

    static double[] numbers(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.path(i).asDouble();
        }
        return values;
    }

    float[] floats(String name) {
        return present(floats.get(name), name);
    }

    int[] integers(String name) {
        return present(integers.get(name), name);
    }

    /** Names of the float tensors that begin with this, without it. */
    List<String> names(String prefix) {
        return floats.keySet().stream()
                .filter(n -> n.startsWith(prefix))
                .map(n -> n.substring(prefix.length()))
                .toList();
    }

    private static <T> T present(@org.jspecify.annotations.Nullable T value, String name) {
        if (value == null) {
            throw new IllegalArgumentException("the golden file has no " + name);
        }
        return value;
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = GoldenFile.class.getResourceAsStream("/golden/" + resource)) {
            return present(in, resource).readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

package io.bitfrontier.trainer.train;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * float32 tensors in the safetensors format: header length (8 bytes, little endian), a JSON header of names, shapes and byte
 * ranges, the bytes. The part of the format that the trainer needs; a file holding other types is refused.
 */
final class SafeTensors {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final long CHUNK = 1L << 26;
    private static final int HEADER_ALIGNMENT = 8;
    private static final long LARGEST_HEADER = 100_000_000;
    private static final String METADATA = "__metadata__";

    private SafeTensors() {}

    /** A tensor's place in a contiguous block of floats. */
    record Slice(String name, long[] shape, long offset) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Slice s
                    && name.equals(s.name)
                    && offset == s.offset
                    && Arrays.equals(shape, s.shape);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    /** A contiguous float32 tensor and the names of its parts. */
    record Block(Tensor data, List<Slice> slices) {}

    /** Writes the blocks, wherever they are, one behind the other and forces the file to disk. The file must not exist. */
    static void write(Path file, List<Block> blocks) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        header.putObject(METADATA).put("format", "pt");
        long base = 0;
        for (Block block : blocks) {
            for (Slice slice : block.slices()) {
                long begin = base + Float.BYTES * slice.offset();
                ObjectNode entry = header.putObject(slice.name()).put("dtype", "F32");
                ArrayNode shape = entry.putArray("shape");
                Arrays.stream(slice.shape()).forEach(shape::add);
                entry.putArray("data_offsets").add(begin).add(begin + Float.BYTES * elements(slice.shape()));
            }
            base += block.data().nbytes();
        }
        byte[] text = JSON.writeValueAsBytes(header);
        byte[] padded = Arrays.copyOf(text, (text.length + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT);
        Arrays.fill(padded, text.length, padded.length, (byte) ' ');
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            writeFully(channel, length.putLong(padded.length).flip());
            writeFully(channel, ByteBuffer.wrap(padded));
            for (Block block : blocks) {
                try (PointerScope scope = new PointerScope()) {
                    for (ByteBuffer chunk : new Chunks(block.data().cpu())) {
                        writeFully(channel, chunk);
                    }
                }
            }
            channel.force(true);
        }
    }

    /** Where the tensors of a file stand. */
    static Index index(FileChannel channel) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, length, 0);
        long headerLength = length.flip().getLong();
        if (headerLength < 2 || headerLength > Math.min(LARGEST_HEADER, channel.size() - Long.BYTES)) {
            throw new IOException("the header claims " + headerLength + " bytes of " + channel.size());
        }
        byte[] text = new byte[(int) headerLength];
        readFully(channel, ByteBuffer.wrap(text), Long.BYTES);
        long data = Long.BYTES + headerLength;
        JsonNode header = JSON.readTree(new String(text, StandardCharsets.UTF_8));
        Map<String, Place> places = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : header.properties()) {
            if (!field.getKey().equals(METADATA)) {
                places.put(field.getKey(), place(field.getKey(), field.getValue(), data));
            }
        }
        return new Index(places);
    }

    private static Place place(String name, JsonNode entry, long data) throws IOException {
        if (!"F32".equals(entry.path("dtype").asString())) {
            throw new IOException(name + " is " + entry.path("dtype") + ", not F32");
        }
        long[] shape = new long[entry.path("shape").size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = entry.path("shape").path(i).asLong();
        }
        long begin = entry.path("data_offsets").path(0).asLong();
        long end = entry.path("data_offsets").path(1).asLong();
        if (end - begin != Float.BYTES * elements(shape)) {
            throw new IOException(name + " has shape " + Arrays.toString(shape) + " but " + (end - begin) + " bytes");
        }
        return new Place(shape, data + begin);
    }

    /** Reads a tensor into contiguous memory of the same shape. */
    static void read(FileChannel channel, Index index, String name, Tensor into) throws IOException {
        Place place = index.places().get(name);
        if (place == null) {
            throw new IOException("there is no tensor " + name);
        }
        if (!Arrays.equals(place.shape(), into.shape())) {
            throw new IOException(
                    name + " has shape " + Arrays.toString(place.shape()) + ", not " + Arrays.toString(into.shape()));
        }
        Tensor onHost = into.is_cpu() ? into : torch.empty(place.shape());
        long at = place.position();
        for (ByteBuffer chunk : new Chunks(onHost)) {
            int count = chunk.remaining();
            readFully(channel, chunk, at);
            at += count;
        }
        if (!into.is_cpu()) {
            into.copy_(onHost);
        }
    }

    /** Names in file order with their places. */
    record Index(Map<String, Place> places) {}

    /** Shape and first byte of a tensor in the file. */
    record Place(long[] shape, long position) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Place p && position == p.position && Arrays.equals(shape, p.shape);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(position);
        }
    }

    private static long elements(long[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static void readFully(FileChannel channel, ByteBuffer buffer, long from) throws IOException {
        long at = from;
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, at);
            if (count < 0) {
                throw new EOFException("the file ends at byte " + at + ", " + buffer.remaining() + " are missing");
            }
            at += count;
        }
    }

    /** The memory of a contiguous tensor on the host as buffers, which may not exceed 2 GiB. */
    private record Chunks(Tensor tensor) implements Iterable<ByteBuffer> {
        @Override
        public java.util.Iterator<ByteBuffer> iterator() {
            long bytes = tensor.nbytes();
            return new java.util.Iterator<>() {
                private long at;

                @Override
                public boolean hasNext() {
                    return at < bytes;
                }

                @Override
                public ByteBuffer next() {
                    if (!hasNext()) {
                        throw new java.util.NoSuchElementException();
                    }
                    long count = Math.min(CHUNK, bytes - at);
                    BytePointer pointer = new BytePointer(tensor.data_ptr());
                    ByteBuffer buffer = pointer.position(at).limit(at + count).asBuffer();
                    at += count;
                    return buffer.order(ByteOrder.LITTLE_ENDIAN);
                }
            };
        }
    }
}

package io.bitfrontier.trainer.data;

import io.bitfrontier.vocabulary.work.DatasetManifest.Document;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Documents, large ones memory-mapped, as one row of tokens: a document's bytes as 0–255, then its end. Safe for use by several threads. */
final class DocumentTokens {
    /** A mapping holds at most 2^31 − 1 bytes. */
    private static final int CHUNK_BITS = 30;

    /** A process may hold some 65 000 mappings, and a data set many more small files: those are read instead. */
    private static final int SMALL = 1 << 16;

    /** Chunks of every document; an empty document has none. */
    private final List<List<ByteBuffer>> documents;
    /** Position of each document's first token, and one entry more: the number of tokens. */
    private final long[] starts;

    private DocumentTokens(List<List<ByteBuffer>> documents, long[] starts) {
        this.documents = documents;
        this.starts = starts;
    }

    static DocumentTokens map(List<Document> documents) throws IOException {
        List<List<ByteBuffer>> mapped = new ArrayList<>();
        long[] starts = new long[documents.size() + 1];
        for (int d = 0; d < documents.size(); d++) {
            List<ByteBuffer> chunks = chunks(documents.get(d).path());
            mapped.add(chunks);
            starts[d + 1] =
                    starts[d] + 1 + chunks.stream().mapToLong(ByteBuffer::limit).sum();
        }
        return new DocumentTokens(mapped, starts);
    }

    private static List<ByteBuffer> chunks(Path path) throws IOException {
        List<ByteBuffer> chunks = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size > 0 && size <= SMALL) {
                chunks.add(ByteBuffer.wrap(Files.readAllBytes(path)));
                return chunks;
            }
            for (long from = 0; from < size; from += 1L << CHUNK_BITS) {
                long length = Math.min(size - from, 1L << CHUNK_BITS);
                chunks.add(channel.map(FileChannel.MapMode.READ_ONLY, from, length));
            }
        }
        return chunks;
    }

    long size() {
        return starts[starts.length - 1];
    }

    /** Writes tokens {@code [from, from + count)} to {@code into} from {@code offset} on. */
    void read(long from, int count, long[] into, int offset) {
        int found = Arrays.binarySearch(starts, from);
        int document = found >= 0 ? found : -found - 2;
        long position = from - starts[document];
        for (int i = 0; i < count; i++) {
            if (from + i == starts[document + 1] - 1) {
                into[offset + i] = TextCorpus.END_OF_DOCUMENT;
                document++;
                position = 0;
            } else {
                ByteBuffer chunk = documents.get(document).get((int) (position >>> CHUNK_BITS));
                into[offset + i] = chunk.get((int) (position & ((1L << CHUNK_BITS) - 1))) & 0xFF;
                position++;
            }
        }
    }
}

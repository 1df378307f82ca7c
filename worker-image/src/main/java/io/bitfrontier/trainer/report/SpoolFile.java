package io.bitfrontier.trainer.report;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Records numbered 1, 2, 3, … on disk until their attempt has ended: the service may ask again for one that it acknowledged,
 * if it has lost it since. Only their places are kept in memory. Thread-safe; a disk that fails is an
 * {@link UncheckedIOException}.
 */
final class SpoolFile implements AutoCloseable {
    private final Path path;
    // not a FileChannel: an interrupted thread would close it
    private final RandomAccessFile file;
    private final List<Long> ends = new ArrayList<>();
    private int acknowledged;

    SpoolFile(Path path) {
        this.path = path;
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            file = new RandomAccessFile(path.toFile(), "rw");
            file.setLength(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the next record durable. */
    synchronized void append(LongFunction<byte[]> encode) {
        byte[] record = encode.apply(last() + 1);
        try {
            file.seek(end(ends.size()));
            file.write(record);
            file.getFD().sync();
            ends.add(file.getFilePointer());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The oldest record that is not acknowledged, or null. */
    synchronized @Nullable Entry oldest() {
        if (acknowledged == ends.size()) {
            return null;
        }
        long start = end(acknowledged);
        byte[] bytes = new byte[(int) (end(acknowledged + 1) - start)];
        try {
            file.seek(start);
            file.readFully(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Entry(acknowledged + 1L, bytes);
    }

    /** The service has all records up to this number and none behind it. */
    synchronized void acknowledgeThrough(long sequence) {
        acknowledged = (int) Math.max(0, Math.min(sequence, ends.size()));
    }

    /** Number of the newest record; 0 before the first. */
    synchronized long last() {
        return ends.size();
    }

    private long end(int sequence) {
        return sequence == 0 ? 0 : ends.get(sequence - 1);
    }

    @Override
    public synchronized void close() {
        try {
            file.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A numbered record as it was encoded. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(long sequence, byte[] bytes) {}
}

package io.bitfrontier.trainer.report;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Moves bytes between files and URLs that somebody else has signed. Messages never repeat a URL: its query is a secret. */
final class FileTransfer {
    /** To the first byte of the answer: an object store answers an upload after it has taken all of it. */
    private static final Duration UPLOAD_TIMEOUT = Duration.ofMinutes(10);

    private static final Duration DOWNLOAD_PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final Duration patience;

    FileTransfer() {
        this(DOWNLOAD_PATIENCE);
    }

    /**
     * A mover of bytes.
     *
     * @param patience how long a download may stand still, before its answer or in the middle of it
     */
    FileTransfer(Duration patience) {
        this.patience = patience;
    }

    /** Downloads to a new file. */
    void get(String url, Path file) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        CompletableFuture<HttpResponse<Path>> answer = http.sendAsync(
                request, BodyHandlers.ofFile(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        require(whileItGrows(answer, file), file.getFileName());
    }

    /** The client's own timeout ends with the head of the answer: a body that stops half-way would be waited for for ever. */
    private HttpResponse<Path> whileItGrows(CompletableFuture<HttpResponse<Path>> answer, Path file)
            throws IOException {
        long before = -1;
        while (true) {
            try {
                return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException stands) {
                long now = Files.exists(file) ? Files.size(file) : -1;
                if (now == before) {
                    answer.cancel(true);
                    throw new IOException(file.getFileName() + ": the artifact store has sent nothing for "
                            + patience.toSeconds() + " s");
                }
                before = now;
            } catch (ExecutionException e) {
                throw silent(file.getFileName(), e.getCause() == null ? e : e.getCause());
            } catch (InterruptedException e) {
                answer.cancel(true);
                throw interrupted(file.getFileName(), e);
            }
        }
    }

    /**
     * Uploads {@code bytes} bytes of a file from {@code offset}.
     *
     * @return the {@code ETag} of the answer, empty when it has none
     */
    String put(String url, Path file, long offset, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            // Without a known length the body would be sent in chunks, which object stores refuse.
            BodyPublisher part = BodyPublishers.fromPublisher(
                    BodyPublishers.ofByteArrays(() -> new Pieces(channel, offset, offset + bytes)), bytes);
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(UPLOAD_TIMEOUT)
                    .PUT(bytes == 0 ? BodyPublishers.noBody() : part)
                    .build();
            HttpResponse<Void> response = send(request, BodyHandlers.discarding(), file.getFileName());
            require(response, file.getFileName());
            return response.headers().firstValue("ETag").orElse("");
        }
    }

    /** A section of a file, piece by piece. */
    private static final class Pieces implements Iterator<byte[]> {
        private static final int LARGEST = 1 << 16;
        private final FileChannel channel;
        private final long end;
        private long at;

        Pieces(FileChannel channel, long begin, long end) {
            this.channel = channel;
            this.at = begin;
            this.end = end;
        }

        @Override
        public boolean hasNext() {
            return at < end;
        }

        @Override
        public byte[] next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(LARGEST, end - at));
            try {
                while (piece.hasRemaining()) {
                    if (channel.read(piece, at + piece.position()) < 0) {
                        throw new EOFException("the file became shorter");
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            at += piece.capacity();
            return piece.array();
        }
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler, @Nullable Path name)
            throws IOException {
        try {
            return http.send(request, handler);
        } catch (InterruptedException e) {
            throw interrupted(name, e);
        } catch (IOException e) {
            throw silent(name, e);
        }
    }

    private static IOException interrupted(@Nullable Path name, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException(name + ": interrupted", e);
    }

    private static IOException silent(@Nullable Path name, Throwable e) {
        return new IOException(
                name + ": the artifact store does not answer: " + e.getClass().getSimpleName(), e);
    }

    private static void require(HttpResponse<?> response, @Nullable Path name) throws IOException {
        if (response.statusCode() / 100 != 2) {
            throw new IOException(name + ": the artifact store answered " + response.statusCode() + " to "
                    + response.request().method());
        }
    }
}

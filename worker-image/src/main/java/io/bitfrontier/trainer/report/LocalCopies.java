package io.bitfrontier.trainer.report;

import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints of a remote artifact store that lie on this worker's disk too: fetched ones, and its own after publishing. Disk is
 * scarce, so {@link #keepOnly} forgets what the next work does not need.
 */
final class LocalCopies {
    private record Copy(Path directory, boolean published) {}

    private final Path root;
    private final Map<String, Copy> byUri = new HashMap<>();

    /** @param root directory of this worker alone; made when it is needed */
    LocalCopies(Path root) {
        this.root = root;
    }

    /** Where an attempt writes what it publishes later. */
    Path attemptDirectory(long attempt) {
        return root.resolve("attempt-" + attempt);
    }

    /** An empty directory for a checkpoint that is to be fetched. */
    Path fresh(StoredCheckpoint checkpoint) throws IOException {
        Path directory = root.resolve("fetched-" + checkpoint.sha256());
        delete(directory);
        return Files.createDirectories(directory);
    }

    synchronized StoredCheckpoint add(StoredCheckpoint checkpoint, Path directory) {
        byUri.put(checkpoint.uri(), new Copy(directory, false));
        return at(checkpoint, directory);
    }

    /** The copy of a checkpoint, by where it lies here; null for none. */
    synchronized @Nullable StoredCheckpoint of(StoredCheckpoint checkpoint) {
        Copy copy = byUri.get(checkpoint.uri());
        return copy == null ? null : at(checkpoint, copy.directory());
    }

    private static StoredCheckpoint at(StoredCheckpoint checkpoint, Path directory) {
        return new StoredCheckpoint(
                directory.toUri().toString(),
                checkpoint.sha256(),
                checkpoint.tokens(),
                checkpoint.trajectory(),
                checkpoint.bytes());
    }

    synchronized boolean isPublished(StoredCheckpoint checkpoint) {
        Copy copy = byUri.get(checkpoint.uri());
        return copy != null && copy.published();
    }

    /** A checkpoint of this worker is in the store; earlier ones of the same attempt are of no more use here. */
    synchronized void published(StoredCheckpoint checkpoint, Path directory) {
        byUri.values().removeIf(copy -> {
            boolean superseded = copy.published()
                    && !copy.directory().equals(directory)
                    && Objects.equals(copy.directory().getParent(), directory.getParent());
            if (superseded) {
                delete(copy.directory());
            }
            return superseded;
        });
        byUri.put(checkpoint.uri(), new Copy(directory, true));
    }

    /** Removes everything from this disk but copies of {@code needed}, by URI. */
    synchronized void keepOnly(Set<String> needed) {
        byUri.keySet().retainAll(needed);
        Set<Path> kept = byUri.values().stream().map(Copy::directory).collect(Collectors.toSet());
        if (!Files.isDirectory(root)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(root, 2)) {
            // A copy lies one level below the root when it was fetched, and two when an attempt wrote it.
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                if (kept.stream().noneMatch(copy -> copy.startsWith(path) || path.startsWith(copy))) {
                    delete(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of it, when the worker ends. */
    synchronized void clear() {
        byUri.clear();
        delete(root);
    }

    private static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

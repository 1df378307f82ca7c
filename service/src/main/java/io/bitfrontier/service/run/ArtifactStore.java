package io.bitfrontier.service.run;

import io.bitfrontier.service.config.BitfrontierSettings;
import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.failpoint.FailPoints;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/**
 * Where attempts write: a directory per attempt under the artifacts that all replicas share, addressed by file URI. A worker's
 * attempts lie in a directory of its own, so that all the rest can be read-only to it.
 */
@Component
public class ArtifactStore {
    private final Path root;
    private final FailPoints failPoints;

    ArtifactStore(BitfrontierSettings settings, FailPoints failPoints) {
        this.failPoints = failPoints;
        this.root = Objects.requireNonNull(settings.artifacts(), "the settings fill it in");
    }

    /** The part of the store that one worker writes, relative to its root. */
    public static String writtenBy(UUID worker) {
        return "workers/" + worker;
    }

    /** The directory of one attempt and of no other. */
    String attemptUri(UUID worker, long runId, int number) {
        return root.resolve(writtenBy(worker))
                .resolve("run-" + runId)
                .resolve("attempt-" + number)
                .toUri()
                .toString();
    }

    /** Whether {@code uri} lies in the directory {@code parent} of an attempt. */
    static boolean isWithin(String parent, String uri) {
        Optional<Path> outer = path(parent);
        Optional<Path> inner = path(uri);
        return outer.isPresent()
                && inner.isPresent()
                && inner.get().startsWith(outer.get())
                && !inner.get().equals(outer.get());
    }

    private static Optional<Path> path(String uri) {
        try {
            URI parsed = URI.create(uri);
            return "file".equals(parsed.getScheme())
                    ? Optional.of(Path.of(parsed).normalize())
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Deletes a directory of this store; what is not there or not ours stays untouched. */
    void delete(String uri) throws IOException {
        Path directory = path(uri).orElse(root);
        if (directory.startsWith(root) && !directory.equals(root)) {
            failPoints.pass(FailPoint.FILES_UNNEEDED);
            FileSystemUtils.deleteRecursively(directory);
            failPoints.pass(FailPoint.FILES_REMOVED);
        }
    }
}

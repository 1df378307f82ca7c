package io.bitfrontier.service.run;

import io.bitfrontier.service.config.BitfrontierSettings;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/** A directory per attempt under the artifacts that all replicas and workers share, addressed by file URI. */
@Component
@ConditionalOnProperty(name = "bitfrontier.artifact-store", havingValue = "directory", matchIfMissing = true)
class DirectoryStore implements ArtifactStore {
    private final Path root;

    DirectoryStore(BitfrontierSettings settings) {
        this.root = Objects.requireNonNull(settings.artifacts(), "the settings fill it in");
    }

    @Override
    public String attemptUri(UUID worker, long runId, int number) {
        return root.resolve(ArtifactStore.writtenBy(worker))
                .resolve("run-" + runId)
                .resolve("attempt-" + number)
                .toUri()
                .toString();
    }

    /** A worker writes as long as it runs, and no longer. */
    @Override
    public Duration lateWrites() {
        return Duration.ZERO;
    }

    @Override
    public void delete(String uri) throws IOException {
        deleteAllBut(uri, Set.of());
    }

    @Override
    public void deleteAllBut(String uri, Collection<String> kept) throws IOException {
        Path directory = ArtifactUris.path(uri).orElse(root);
        if (directory.startsWith(root)
                && !directory.equals(root)
                && Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            deleteAllBut(
                    directory,
                    kept.stream()
                            .map(ArtifactUris::path)
                            .flatMap(Optional::stream)
                            .collect(Collectors.toSet()));
        }
    }

    private static void deleteAllBut(Path path, Set<Path> kept) throws IOException {
        if (kept.contains(path)) {
            return;
        }
        if (kept.stream().noneMatch(one -> one.startsWith(path))) {
            FileSystemUtils.deleteRecursively(path);
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                deleteAllBut(entry, kept);
            }
        }
    }
}

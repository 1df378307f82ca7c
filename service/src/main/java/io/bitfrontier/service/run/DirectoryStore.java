package io.bitfrontier.service.run;

import io.bitfrontier.service.config.BitfrontierSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
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

    @Override
    public void delete(String uri) throws IOException {
        Path directory = ArtifactUris.path(uri).orElse(root);
        if (directory.startsWith(root) && !directory.equals(root)) {
            FileSystemUtils.deleteRecursively(directory);
        }
    }
}

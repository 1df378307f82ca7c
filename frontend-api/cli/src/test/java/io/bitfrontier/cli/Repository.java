package io.bitfrontier.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the checkout is that the tests run in. */
public final class Repository {
    private Repository() {}

    /** Its top folder. */
    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(folder.resolve("bitfrontier"))) {
            Path parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "not within a checkout: " + Path.of("").toAbsolutePath());
            }
            folder = parent;
        }
        return folder;
    }
}

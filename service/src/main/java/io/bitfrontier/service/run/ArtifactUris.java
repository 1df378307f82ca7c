package io.bitfrontier.service.run;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Places in an artifact store. */
public final class ArtifactUris {
    private ArtifactUris() {}

    /** Whether {@code uri} lies below the directory {@code parent}, whatever dots it holds. */
    public static boolean isWithin(String parent, String uri) {
        if (parent.startsWith("s3://")) {
            return uri.startsWith(parent + "/")
                    && Arrays.stream(uri.substring(parent.length() + 1).split("/", -1))
                            .noneMatch(segment -> segment.isEmpty() || segment.equals(".") || segment.equals(".."));
        }
        Optional<Path> outer = path(parent);
        Optional<Path> inner = path(uri);
        return outer.isPresent()
                && inner.isPresent()
                && inner.get().startsWith(outer.get())
                && !inner.get().equals(outer.get());
    }

    /** Where a {@code file:} URI leads; empty for any other. */
    static Optional<Path> path(String uri) {
        try {
            URI parsed = URI.create(uri);
            return "file".equals(parsed.getScheme())
                    ? Optional.of(Path.of(parsed).normalize())
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

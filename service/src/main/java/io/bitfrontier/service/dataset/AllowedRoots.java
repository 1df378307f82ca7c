package io.bitfrontier.service.dataset;

import io.bitfrontier.service.config.BitfrontierSettings;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Resolves paths and refuses those outside the roots, links that lead out included. */
@Component
class AllowedRoots {
    private final List<Path> roots;

    AllowedRoots(DatasetSettings settings, BitfrontierSettings shared) {
        List<Path> configured =
                settings.roots().isEmpty() ? List.of(Path.of(""), shared.home().resolve("datasets")) : settings.roots();
        this.roots = configured.stream()
                .map(root -> root.toAbsolutePath().normalize())
                .toList();
    }

    /**
     * The real path; a relative one is looked up under each root.
     *
     * @throws ProblemException naming the path and the roots
     */
    Path resolve(String path) {
        if (path.isBlank() || path.indexOf('\0') >= 0) {
            throw invalid(path, "is not a path");
        }
        try {
            Path given = Path.of(path);
            for (Path root : roots) {
                Path candidate = root.resolve(given).normalize();
                // Compared before the file system is asked: whether something outside exists is nobody's business.
                if (candidate.startsWith(root) && candidate.toFile().exists()) {
                    return insideRoots(path, candidate.toRealPath());
                }
            }
        } catch (InvalidPathException e) {
            throw invalid(path, "is not a path");
        } catch (IOException e) {
            throw invalid(path, "cannot be read under the allowed roots: " + shown());
        }
        throw invalid(path, "does not exist under the allowed roots: " + shown());
    }

    private Path insideRoots(String path, Path real) throws IOException {
        for (Path root : roots) {
            if (root.toFile().exists() && real.startsWith(root.toRealPath())) {
                return real;
            }
        }
        throw invalid(path, "leads out of the allowed roots: " + shown());
    }

    private String shown() {
        return roots.stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    private static ProblemException invalid(String path, String message) {
        return ProblemException.invalid(List.of(new Violation("path", path, message)));
    }
}

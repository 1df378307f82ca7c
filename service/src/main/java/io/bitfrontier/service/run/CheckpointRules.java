package io.bitfrontier.service.run;

import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What every reported checkpoint must satisfy. */
final class CheckpointRules {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private CheckpointRules() {}

    static List<Violation> check(StoredCheckpoint checkpoint, String artifactUri) {
        List<Violation> violations = new ArrayList<>();
        if (!ArtifactUris.isWithin(artifactUri, checkpoint.uri())) {
            violations.add(new Violation(
                    "checkpoint.uri", checkpoint.uri(), "must lie in the attempt's directory " + artifactUri));
        }
        if (!SHA256.matcher(checkpoint.sha256()).matches()) {
            violations.add(new Violation(
                    "checkpoint.sha256", checkpoint.sha256(), "must be 64 lower-case hexadecimal digits"));
        }
        if (checkpoint.bytes() < 1) {
            violations.add(new Violation("checkpoint.bytes", Long.toString(checkpoint.bytes()), "must be at least 1"));
        }
        return violations;
    }
}

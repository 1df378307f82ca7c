package io.bitfrontier.service.sweep;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects every violation of a document, so that it is refused once and not once per mistake. */
final class Findings {
    private static final int LISTED = 1000;

    private final List<Violation> violations = new ArrayList<>();
    private int count;

    void add(String path, @Nullable String value, String message) {
        count++;
        if (count <= LISTED) {
            violations.add(new Violation(path, value, message));
        }
    }

    void add(String path, DocumentNode value, String message) {
        add(path, value.shown(), message);
    }

    boolean isEmpty() {
        return count == 0;
    }

    void throwIfAny() {
        if (count > LISTED) {
            violations.add(new Violation(DocumentParser.DOCUMENT, null, (count - LISTED) + " more are not listed"));
        }
        if (count > 0) {
            throw ProblemException.invalid(violations);
        }
    }
}

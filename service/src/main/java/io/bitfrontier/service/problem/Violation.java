package io.bitfrontier.service.problem;

import org.jspecify.annotations.Nullable;

/**
 * One broken rule.
 *
 * @param path place in the document or request: {@code grid.precision[2]}
 * @param value the offending value as text; null where there is none
 * @param message what is wrong, with the bound
 */
public record Violation(String path, @Nullable String value, String message) {
    private static final int LONGEST_VALUE = 200;

    public Violation {
        if (value != null && value.length() > LONGEST_VALUE) {
            value = value.substring(0, LONGEST_VALUE) + "…";
        }
    }
}

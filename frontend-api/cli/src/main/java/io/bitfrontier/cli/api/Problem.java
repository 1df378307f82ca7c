package io.bitfrontier.cli.api;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A problem by RFC 9457 as the service sends it. */
public record Problem(
        @Nullable String title,
        int status,
        @Nullable String detail,
        @Nullable String code,
        @Nullable List<Violation> violations) {
    private static final int UNAUTHENTICATED = 401;

    /** One thing that is wrong with what was sent. */
    public record Violation(String path, @Nullable String value, String message) {
        /** {@code path: message (value)}, on one line. */
        public String line() {
            String place = path.isEmpty() ? "" : path + ": ";
            String shown = value == null ? "" : " (" + oneLine(value) + ")";
            return place + message + shown;
        }

        private static String oneLine(String text) {
            String flat = text.replaceAll("\\s+", " ").strip();
            return flat.length() <= 80 ? flat : flat.substring(0, 77) + "...";
        }
    }

    /** The problem for people: a sentence, then every violation on a line of its own, indented. */
    public String render() {
        StringBuilder text = new StringBuilder(detail != null ? detail : Objects.requireNonNullElse(title, "failed"));
        text.append(" (")
                .append(code == null ? "" : code + ", ")
                .append("status ")
                .append(status)
                .append(")");
        if (violations != null) {
            violations.forEach(v -> text.append("\n  ").append(v.line()));
        }
        if (status == UNAUTHENTICATED) {
            text.append(
                    "\n  A token comes from --token, BITFRONTIER_TOKEN, or the file that BITFRONTIER_TOKEN_FILE names"
                            + " (default: token in BITFRONTIER_HOME).");
        }
        return text.toString();
    }
}

package io.bitfrontier.cli.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One change, and who made it. */
public record AuditEntry(
        long id,
        String at,
        String caller,
        String credential,
        String operation,
        @Nullable String project,
        @Nullable String subject,
        String outcome) {

    /** A page of changes. */
    public record Page(List<AuditEntry> items, @Nullable String nextCursor) {}
}

package io.bitfrontier.service.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token as stored, without its secret.
 *
 * @param subject in whose name its holder acts
 * @param expired by database time
 */
public record ApiToken(
        long id,
        String name,
        String subject,
        Grants grants,
        String createdBy,
        Instant createdAt,
        Instant expiresAt,
        boolean expired,
        @Nullable Instant lastUsedAt,
        @Nullable Instant revokedAt,
        @Nullable String revokedBy) {}

package io.bitfrontier.cli.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An API token without its secret. */
public record Token(
        long id,
        String name,
        String subject,
        Map<String, String> roles,
        String state,
        String expiresAt,
        @Nullable String lastUsedAt) {

    /** A new token with its secret. */
    public record Created(String secret, Token token) {
        @Override
        public String toString() {
            return "Created[token=" + token + "]";
        }
    }

    /** A page of tokens. */
    public record Page(List<Token> items, @Nullable String nextCursor) {}
}

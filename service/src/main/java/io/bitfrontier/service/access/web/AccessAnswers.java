package io.bitfrontier.service.access.web;

import io.bitfrontier.api.model.Caller;
import io.bitfrontier.api.model.CreatedToken;
import io.bitfrontier.api.model.Role;
import io.bitfrontier.api.model.Token;
import io.bitfrontier.service.access.ApiToken;
import io.bitfrontier.service.access.ApiTokens;
import io.bitfrontier.service.access.Grants;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Callers and tokens in the words of the contract. */
final class AccessAnswers {
    private AccessAnswers() {}

    static Caller caller(io.bitfrontier.service.access.Caller caller) {
        return new Caller(caller.subject(), caller.credential(), roles(caller.grants()));
    }

    static CreatedToken created(ApiTokens.Created created) {
        return new CreatedToken(created.secret(), token(created.token()));
    }

    static Token token(ApiToken token) {
        Token answer = new Token();
        answer.setId(token.id());
        answer.setName(token.name());
        answer.setSubject(token.subject());
        answer.setRoles(roles(token.grants()));
        answer.setCreatedBy(token.createdBy());
        answer.setCreatedAt(utc(token.createdAt()));
        answer.setExpiresAt(utc(token.expiresAt()));
        answer.setState(
                token.revokedAt() != null
                        ? Token.StateEnum.REVOKED
                        : token.expired() ? Token.StateEnum.EXPIRED : Token.StateEnum.ACTIVE);
        answer.setLastUsedAt(orNull(token.lastUsedAt()));
        answer.setRevokedAt(orNull(token.revokedAt()));
        answer.setRevokedBy(token.revokedBy());
        return answer;
    }

    private static Map<String, Role> roles(Grants grants) {
        Map<String, Role> roles = new LinkedHashMap<>();
        grants.roles().forEach((project, role) -> roles.put(project, Role.fromValue(role.label())));
        return roles;
    }

    static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static @Nullable OffsetDateTime orNull(@Nullable Instant instant) {
        return instant == null ? null : utc(instant);
    }
}

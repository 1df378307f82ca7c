package io.bitfrontier.service.access;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The rows of tokens and their roles. */
@Repository
class TokenRows {
    /** One row per token and role, the project {@code *} where it is null. */
    private static final String COLUMNS = """
            SELECT t.*, t.expires_at <= now() AS expired, coalesce(p.name, '*') AS project, r.role
            FROM api_token t
            LEFT JOIN api_token_role r ON r.token_id = t.id
            LEFT JOIN project p ON p.id = r.project_id
            """;

    private final JdbcClient jdbc;

    TokenRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A token that is valid now, with whether its last use should be noted. */
    record Valid(long id, String subject, Instant expiresAt, Grants grants, boolean useUnnoted) {}

    Optional<Valid> valid(String sha256) {
        Map<Long, Valid> found = new HashMap<>();
        jdbc.sql("""
                        SELECT t.id, t.subject, t.expires_at, coalesce(p.name, '*') AS project, r.role,
                               t.last_used_at IS NULL OR t.last_used_at < now() - interval '5 minutes' AS unnoted
                        FROM api_token t
                        JOIN api_token_role r ON r.token_id = t.id
                        LEFT JOIN project p ON p.id = r.project_id
                        WHERE t.secret_sha256 = ? AND t.revoked_at IS NULL AND t.expires_at > now()
                        """).param(sha256).query(row -> {
            Valid part = new Valid(
                    row.getLong("id"),
                    row.getString("subject"),
                    instant(row, "expires_at"),
                    grant(row),
                    row.getBoolean("unnoted"));
            found.merge(
                    part.id(),
                    part,
                    (a, b) -> new Valid(
                            a.id(), a.subject(), a.expiresAt(), a.grants().and(b.grants()), a.useUnnoted()));
        });
        return found.values().stream().findFirst();
    }

    /** Of several requests at once only the first writes. */
    void noteUse(long id) {
        jdbc.sql("""
                        UPDATE api_token SET last_used_at = now()
                        WHERE id = ? AND (last_used_at IS NULL OR last_used_at < now() - interval '5 minutes')
                        """).param(id).update();
    }

    boolean anOperatorExists() {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT FROM api_token t JOIN api_token_role r ON r.token_id = t.id
                          WHERE r.project_id IS NULL AND r.role = 'OPERATOR'
                            AND t.revoked_at IS NULL AND t.expires_at > now())
                        """).query(Boolean.class).single();
    }

    /** @param seconds how long it is valid; never beyond {@code atMost} */
    long insert(String name, String subject, String sha256, String createdBy, long seconds, @Nullable Instant atMost) {
        return jdbc.sql("""
                        INSERT INTO api_token (name, subject, secret_sha256, created_by, expires_at)
                        VALUES (:name, :subject, :hash, :by,
                                least(now() + make_interval(secs => :seconds), CAST(:most AS timestamptz)))
                        RETURNING id
                        """)
                .param("name", name)
                .param("subject", subject)
                .param("hash", sha256)
                .param("by", createdBy)
                .param("seconds", seconds)
                .param("most", atMost == null ? null : atMost.toString(), java.sql.Types.VARCHAR)
                .query(Long.class)
                .single();
    }

    /** @param project null for every project */
    void grant(long token, @Nullable Long project, Role role) {
        jdbc.sql("INSERT INTO api_token_role (token_id, project_id, role) VALUES (:token, :project, :role)")
                .param("token", token)
                .param("project", project, java.sql.Types.BIGINT)
                .param("role", role.name())
                .update();
    }

    Optional<ApiToken> find(long id) {
        return tokens(jdbc.sql(COLUMNS + "WHERE t.id = :id ORDER BY t.id").param("id", id)).stream()
                .findFirst();
    }

    /**
     * Newest first, before an id: the tokens of a subject that can no more than their roles allow elsewhere, and those whose every
     * role is on projects that are operated.
     *
     * @param reach where the one who asks has at least a role, by role
     */
    List<ApiToken> page(String subject, Map<Role, Visibility> reach, long before, int limit) {
        boolean everything = at(reach, Role.OPERATOR).everything();
        String mine = everything ? "true" : """
                NOT EXISTS (
                  SELECT FROM api_token_role o WHERE o.token_id = c.id
                    AND NOT CASE CASE WHEN c.subject = :subject THEN o.role ELSE 'OPERATOR' END
                      WHEN 'VIEWER' THEN :views_all OR coalesce(o.project_id = ANY(:views), false)
                      WHEN 'RESEARCHER' THEN :researches_all OR coalesce(o.project_id = ANY(:researches), false)
                      ELSE coalesce(o.project_id = ANY(:operates), false) END)
                """;
        JdbcClient.StatementSpec statement = jdbc.sql(COLUMNS
                        + "WHERE t.id IN (SELECT c.id FROM api_token c WHERE c.id < :before AND " + mine
                        + " ORDER BY c.id DESC LIMIT :limit) ORDER BY t.id DESC")
                .param("before", before)
                .param("limit", limit);
        if (!everything) {
            statement = statement
                    .param("subject", subject)
                    .param("views_all", at(reach, Role.VIEWER).everything())
                    .param("views", at(reach, Role.VIEWER).ids())
                    .param("researches_all", at(reach, Role.RESEARCHER).everything())
                    .param("researches", at(reach, Role.RESEARCHER).ids())
                    .param("operates", at(reach, Role.OPERATOR).ids());
        }
        return tokens(statement);
    }

    private static Visibility at(Map<Role, Visibility> reach, Role role) {
        return reach.getOrDefault(role, new Visibility(false, List.of()));
    }

    boolean revoke(long id, String by) {
        return jdbc.sql("UPDATE api_token SET revoked_at = now(), revoked_by = ? WHERE id = ? AND revoked_at IS NULL")
                        .params(by, id)
                        .update()
                == 1;
    }

    private static List<ApiToken> tokens(JdbcClient.StatementSpec statement) {
        Map<Long, ApiToken> found = new LinkedHashMap<>();
        statement.query(row -> {
            ApiToken part = token(row);
            found.merge(part.id(), part, (a, b) -> withGrants(a, a.grants().and(b.grants())));
        });
        return List.copyOf(found.values());
    }

    private static ApiToken token(ResultSet row) throws SQLException {
        OffsetDateTime used = row.getObject("last_used_at", OffsetDateTime.class);
        OffsetDateTime revoked = row.getObject("revoked_at", OffsetDateTime.class);
        return new ApiToken(
                row.getLong("id"),
                row.getString("name"),
                row.getString("subject"),
                grant(row),
                row.getString("created_by"),
                instant(row, "created_at"),
                instant(row, "expires_at"),
                row.getBoolean("expired"),
                used == null ? null : used.toInstant(),
                revoked == null ? null : revoked.toInstant(),
                row.getString("revoked_by"));
    }

    private static ApiToken withGrants(ApiToken token, Grants grants) {
        return new ApiToken(
                token.id(),
                token.name(),
                token.subject(),
                grants,
                token.createdBy(),
                token.createdAt(),
                token.expiresAt(),
                token.expired(),
                token.lastUsedAt(),
                token.revokedAt(),
                token.revokedBy());
    }

    private static Grants grant(ResultSet row) throws SQLException {
        String role = row.getString("role");
        return role == null ? Grants.NONE : new Grants(Map.of(row.getString("project"), Role.valueOf(role)));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}

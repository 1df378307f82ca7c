package io.bitfrontier.service.access;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The rows of the audit: written and read, never changed. */
@Repository
public class AuditRows {
    private final JdbcClient jdbc;

    AuditRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** How a request ended. */
    public enum Outcome {
        DONE,
        /** By an answer from 400 to 499. */
        REFUSED,
        /** By an answer of 500 or more. */
        FAILED
    }

    /** A row as stored. */
    public record Entry(
            long id,
            Instant at,
            String caller,
            String credential,
            String method,
            String route,
            String operation,
            @Nullable String project,
            @Nullable String subject,
            Outcome outcome,
            @Nullable Integer status) {}

    void write(Audit.Change change, Outcome outcome, @Nullable Integer status) {
        jdbc.sql("""
                        INSERT INTO audit (caller, credential, method, route, operation, project, subject, outcome, status)
                        VALUES (:caller, :credential, :method, :route, :operation, :project, :subject, :outcome, :status)
                        """)
                .param("caller", change.caller.subject())
                .param("credential", change.caller.credential())
                .param("method", change.method)
                .param("route", change.route)
                .param("operation", change.operation)
                .param("project", change.project, java.sql.Types.VARCHAR)
                .param("subject", change.subject, java.sql.Types.VARCHAR)
                .param("outcome", outcome.name())
                .param("status", status, java.sql.Types.SMALLINT)
                .update();
    }

    /** Newest first, before an id; of one caller or of all. */
    public List<Entry> page(@Nullable String caller, long before, int limit) {
        String sql = "SELECT * FROM audit WHERE id < :before" + (caller == null ? "" : " AND caller = :caller")
                + " ORDER BY id DESC LIMIT :limit";
        JdbcClient.StatementSpec statement =
                jdbc.sql(sql).param("before", before).param("limit", limit);
        if (caller != null) {
            statement = statement.param("caller", caller);
        }
        return statement
                .query((row, n) -> new Entry(
                        row.getLong("id"),
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        row.getString("caller"),
                        row.getString("credential"),
                        row.getString("method"),
                        row.getString("route"),
                        row.getString("operation"),
                        row.getString("project"),
                        row.getString("subject"),
                        Outcome.valueOf(row.getString("outcome")),
                        row.getObject("status", Integer.class)))
                .list();
    }
}

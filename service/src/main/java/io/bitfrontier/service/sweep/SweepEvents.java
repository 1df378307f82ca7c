package io.bitfrontier.service.sweep;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The history of sweeps: one row for whatever is done to one, written with the change itself. */
@Repository
public class SweepEvents {
    static final String SUBMITTED = "SUBMITTED";
    static final String PAUSED = "PAUSED";
    static final String RESUMED = "RESUMED";
    static final String RETRIED = "RETRIED";
    static final String EXTENDED = "EXTENDED";
    static final String LIMITED = "LIMITED";
    static final String STOPPED = "STOPPED";
    static final String CONTINUED = "CONTINUED";
    static final String FINISHED = "FINISHED";
    static final String CANCELLED = "CANCELLED";

    private final JdbcClient jdbc;

    SweepEvents(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What was done.
     *
     * @param actor by whom
     * @param reason one sentence
     */
    public record Entry(OffsetDateTime at, String event, String actor, String reason) {}

    /** @param document the document from now on, where the event brought one */
    @Transactional(propagation = Propagation.MANDATORY)
    void record(UUID sweep, String event, String actor, String reason, @Nullable String document) {
        jdbc.sql("""
                        INSERT INTO sweep_event (sweep_id, event, actor, reason, document)
                        VALUES (:sweep, :event, :actor, :reason, CAST(:document AS jsonb))
                        """)
                .param("sweep", sweep)
                .param("event", event)
                .param("actor", actor)
                .param("reason", reason)
                .param("document", document, java.sql.Types.VARCHAR)
                .update();
    }

    /** Oldest first. */
    public List<Entry> of(UUID sweep) {
        return jdbc.sql("SELECT at, event, actor, reason FROM sweep_event WHERE sweep_id = ? ORDER BY id")
                .param(sweep)
                .query((row, n) -> new Entry(
                        row.getObject("at", OffsetDateTime.class),
                        row.getString("event"),
                        row.getString("actor"),
                        row.getString("reason")))
                .list();
    }
}

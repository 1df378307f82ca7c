package io.bitfrontier.service.run.web;

import java.time.OffsetDateTime;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Reads what the attempts of a run wrote. A run may be tried many times, so only the newest part of it is read, whole chunks of
 * it: together at most 4 MiB.
 */
@Component
class LogQueries {
    /** Bytes in UTF-8; more than the largest chunk has. */
    static final int MOST_OF_LOG = 3 << 20;
    /** Bytes in UTF-8 of what the processes themselves printed. */
    static final int MOST_OF_OUTPUT = 1 << 20;

    /** Sizes are those of the rows' headers: what is left out is never unpacked. */
    private static final String NEWEST_CHUNKS = """
            SELECT c.number, c.started_at, c.text, c.bytes, c.total,
                   lag(c.number) OVER w IS DISTINCT FROM c.number AS first_of_attempt
            FROM (SELECT a.number, a.started_at, l.sequence, l.text, octet_length(l.text) AS bytes,
                         sum(octet_length(l.text)) OVER (ORDER BY a.number DESC, l.sequence DESC) AS so_far,
                         sum(octet_length(l.text)) OVER () AS total
                  FROM attempt a JOIN attempt_log l ON l.attempt_id = a.id
                  WHERE a.run_id = :run) c
            WHERE c.so_far <= :most
            WINDOW w AS (ORDER BY c.number, c.sequence)
            ORDER BY c.number, c.sequence
            """;

    /**
     * Only of attempts that did not succeed and were their worker's last: what it printed later is about other runs.
     */
    private static final String NEWEST_OUTPUTS = """
            SELECT number, output, end_reason, bytes, total
            FROM (SELECT a.number, w.output, w.end_reason, octet_length(w.output) AS bytes,
                         sum(octet_length(w.output)) OVER (ORDER BY a.number DESC) AS so_far,
                         sum(octet_length(w.output)) OVER () AS total
                  FROM attempt a JOIN worker w ON w.id = a.worker_id
                  WHERE a.run_id = :run AND a.state IN ('FAILED', 'FENCED') AND w.output <> ''
                    AND NOT EXISTS (SELECT FROM attempt later WHERE later.worker_id = w.id AND later.id > a.id)) o
            WHERE so_far <= :most
            ORDER BY number
            """;

    private final JdbcClient jdbc;

    LogQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The newest of a text, and how many bytes before it are missing. */
    private static final class Newest {
        private final StringBuilder text = new StringBuilder();
        private long total;
        private long shown;

        void add(long bytes, long of) {
            total = of;
            shown += bytes;
        }

        long missing() {
            return total - shown;
        }
    }

    /**
     * Oldest first, each attempt under a line that names it; then what the processes themselves printed at last, kept when they
     * ended. Where earlier output is left out the first line says how much.
     */
    String log(long run) {
        Newest chunks = chunks(run);
        Newest outputs = outputs(run);
        long missing = chunks.missing() + outputs.missing();
        String first = missing == 0 ? "" : "--- " + missing + " bytes of earlier output are left out ---\n";
        return first + chunks.text + outputs.text;
    }

    private Newest chunks(long run) {
        Newest newest = new Newest();
        StringBuilder text = newest.text;
        jdbc.sql(NEWEST_CHUNKS).param("run", run).param("most", MOST_OF_LOG).query(row -> {
            newest.add(row.getLong("bytes"), row.getLong("total"));
            if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
                text.append('\n');
            }
            if (row.getBoolean("first_of_attempt")) {
                text.append("--- attempt ").append(row.getInt("number")).append(", started ");
                text.append(row.getObject("started_at", OffsetDateTime.class).toInstant())
                        .append(" ---\n");
            }
            text.append(row.getString("text"));
        });
        return newest;
    }

    private Newest outputs(long run) {
        Newest newest = new Newest();
        jdbc.sql(NEWEST_OUTPUTS).param("run", run).param("most", MOST_OF_OUTPUT).query(row -> {
            newest.add(row.getLong("bytes"), row.getLong("total"));
            newest.text.append("\n--- attempt ").append(row.getInt("number"));
            newest.text.append(", what its worker printed at last (").append(row.getString("end_reason"));
            newest.text.append(") ---\n").append(row.getString("output"));
        });
        return newest;
    }
}

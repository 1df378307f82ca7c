package io.bitfrontier.service.ingest;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.service.run.AttemptFencedException;
import io.bitfrontier.service.run.AttemptRef;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.LogChunk;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Stores what attempts print. */
@Service
class LogWriter {
    static final int LONGEST_CHUNK = 512 * 1024;

    private final JdbcClient jdbc;

    LogWriter(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Stores a chunk; a repeated number is not stored again.
     *
     * @throws AttemptFencedException when the attempt has ended
     */
    @Transactional
    public void store(AttemptRef attempt, LogChunk chunk) {
        check(chunk);
        // The share lock keeps the attempt from ending between the check and the insert.
        boolean alive = jdbc.sql("SELECT state = 'RUNNING' FROM attempt WHERE id = ? FOR SHARE")
                .param(attempt.attemptId())
                .query(Boolean.class)
                .single();
        if (!alive) {
            throw new AttemptFencedException(attempt.attemptId());
        }
        jdbc.sql("INSERT INTO attempt_log (attempt_id, sequence, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                .param(attempt.attemptId())
                .param(chunk.sequence())
                // PostgreSQL has no text with a NUL in it.
                .param(chunk.text().replace('\0', '\uFFFD'))
                .update();
    }

    private static void check(LogChunk chunk) {
        List<Violation> violations = new ArrayList<>();
        if (chunk.sequence() < 1) {
            violations.add(new Violation("sequence", Long.toString(chunk.sequence()), "must be at least 1"));
        }
        if (chunk.text() == null || chunk.text().length() > LONGEST_CHUNK) {
            violations.add(new Violation("text", null, "must have at most " + LONGEST_CHUNK + " characters"));
        }
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
    }
}

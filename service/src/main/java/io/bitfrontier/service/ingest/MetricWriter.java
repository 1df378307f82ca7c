package io.bitfrontier.service.ingest;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.service.run.AttemptFencedException;
import io.bitfrontier.service.run.AttemptRef;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricBatch;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Stores batches of the training curve exactly once: the attempt's accepted sequence and the rows change in one transaction,
 * guarded by the sequence itself.
 */
@Service
class MetricWriter {
    static final int MOST_ROWS = 1_000;

    /** One round trip and one plan for any number of rows. */
    private static final String INSERT = """
            INSERT INTO metric (attempt_id, sequence, tokens, step, loss, learning_rate, gradient_norm,
                                tokens_per_second, memory_bytes)
            SELECT ?, ?, rows.* FROM unnest(?, ?, ?, ?, ?, ?, ?) AS rows
            """;

    private final JdbcClient jdbc;
    private final JdbcTemplate template;
    private final Counter stored;

    MetricWriter(JdbcClient jdbc, JdbcTemplate template, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.template = template;
        this.stored = Counter.builder("bitfrontier.metric.rows")
                .description("Rows of training curves stored")
                .register(meters);
    }

    /**
     * Stores the batch if it is the next one; acknowledges one that is stored already.
     *
     * @throws AttemptFencedException when the attempt has ended
     * @throws ProblemException METRICS_OUT_OF_ORDER with {@code expectedSequence} for a batch beyond the next
     */
    @Transactional
    public MetricReply store(AttemptRef attempt, MetricBatch batch) {
        check(batch);
        int accepted = jdbc.sql("""
                        UPDATE attempt SET accepted_sequence = ?
                        WHERE id = ? AND state = 'RUNNING' AND accepted_sequence = ?
                        """)
                .param(batch.sequence())
                .param(attempt.attemptId())
                .param(batch.sequence() - 1)
                .update();
        if (accepted == 1) {
            insert(attempt.attemptId(), batch);
            stored.increment(batch.rows().size());
            return new MetricReply(batch.sequence());
        }
        return acknowledge(attempt, batch.sequence());
    }

    private MetricReply acknowledge(AttemptRef attempt, long sequence) {
        record Stored(String state, long sequence) {}
        Stored stored = jdbc.sql("SELECT state, accepted_sequence FROM attempt WHERE id = ?")
                .param(attempt.attemptId())
                .query((row, n) -> new Stored(row.getString(1), row.getLong(2)))
                .single();
        if (!stored.state().equals("RUNNING")) {
            throw new AttemptFencedException(attempt.attemptId());
        }
        if (sequence > stored.sequence()) {
            long expected = stored.sequence() + 1;
            throw new ProblemException(
                    ProblemCode.METRICS_OUT_OF_ORDER,
                    "Batch " + sequence + " came before batch " + expected,
                    Map.of("expectedSequence", expected));
        }
        return new MetricReply(stored.sequence());
    }

    private void insert(long attempt, MetricBatch batch) {
        List<MetricRow> rows = batch.rows();
        try {
            template.update(connection -> {
                PreparedStatement insert = connection.prepareStatement(INSERT);
                insert.setLong(1, attempt);
                insert.setLong(2, batch.sequence());
                longs(connection, insert, 3, rows, MetricRow::tokens);
                longs(connection, insert, 4, rows, MetricRow::step);
                doubles(connection, insert, 5, rows, MetricRow::loss);
                doubles(connection, insert, 6, rows, MetricRow::learningRate);
                doubles(connection, insert, 7, rows, MetricRow::gradientNorm);
                doubles(connection, insert, 8, rows, MetricRow::tokensPerSecond);
                longs(connection, insert, 9, rows, MetricRow::memoryBytes);
                return insert;
            });
        } catch (DuplicateKeyException e) {
            throw ProblemException.invalid(
                    List.of(new Violation("rows", null, "tokens of a row are stored already by an earlier batch")));
        }
    }

    private static void longs(
            Connection connection,
            PreparedStatement to,
            int index,
            List<MetricRow> rows,
            Function<MetricRow, Long> value)
            throws java.sql.SQLException {
        Long[] values = rows.stream().map(value).toArray(Long[]::new);
        to.setArray(index, connection.createArrayOf("bigint", values));
    }

    /** What is not finite is stored as NULL. */
    private static void doubles(
            Connection connection,
            PreparedStatement to,
            int index,
            List<MetricRow> rows,
            Function<MetricRow, Double> value)
            throws java.sql.SQLException {
        @Nullable Double[] values = new @Nullable Double[rows.size()];
        for (int i = 0; i < values.length; i++) {
            double number = value.apply(rows.get(i));
            values[i] = Double.isFinite(number) ? number : null;
        }
        to.setArray(index, connection.createArrayOf("float8", values));
    }

    static void check(MetricBatch batch) {
        List<Violation> violations = new ArrayList<>();
        if (batch.sequence() < 1) {
            violations.add(new Violation("sequence", Long.toString(batch.sequence()), "must be at least 1"));
        }
        int size = batch.rows() == null ? 0 : batch.rows().size();
        if (size < 1 || size > MOST_ROWS) {
            violations.add(new Violation("rows", size + " rows", "must have 1 to " + MOST_ROWS + " rows"));
            throw ProblemException.invalid(violations);
        }
        long previous = batch.resumedFromTokens();
        for (int i = 0; i < size; i++) {
            MetricRow row = batch.rows().get(i);
            if (row.tokens() <= previous) {
                violations.add(new Violation(
                        "rows[" + i + "].tokens", Long.toString(row.tokens()), "must be greater than " + previous));
            }
            if (row.step() < 1) {
                violations.add(new Violation("rows[" + i + "].step", Long.toString(row.step()), "must be at least 1"));
            }
            if (row.memoryBytes() < 0) {
                violations.add(new Violation(
                        "rows[" + i + "].memoryBytes", Long.toString(row.memoryBytes()), "must be at least 0"));
            }
            previous = row.tokens();
        }
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
    }
}

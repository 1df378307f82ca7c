package io.bitfrontier.service.run;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Writes down how fast each attempt that succeeds was, so that plans can be timed by what was measured. */
@Repository
class ThroughputLog {
    private final JdbcClient jdbc;

    ThroughputLog(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The speed of training by the attempt's own curve. Its first row is left out where there are others: it holds the start.
     * An attempt without a curve says nothing.
     */
    void trained(long attempt) {
        jdbc.sql("""
                        INSERT INTO throughput (attempt_id, resource_class, device, devices, kind, model, precision, quantizer,
                                                flops_per_token, tokens, seconds)
                        SELECT a.id, r.resource_class, coalesce(a.device, 'unnamed device'),
                               coalesce(CAST(substring(a.device FROM '^([0-9]{1,4}) × ') AS integer), 1), r.kind,
                               t.model, t.precision, t.spec -> 'quantizer' ->> 'quantizer',
                               r.flops / (r.to_tokens - r.from_tokens), speed.tokens, speed.seconds
                        FROM attempt a
                        JOIN run r ON r.id = a.run_id
                        JOIN state s ON s.id = r.target_state_id
                        JOIN trajectory t ON t.id = s.trajectory_id
                        CROSS JOIN LATERAL (
                          SELECT sum(part.tokens) AS tokens, sum(part.tokens / part.tokens_per_second) AS seconds
                          FROM (
                            SELECT m.tokens - lag(m.tokens) OVER (ORDER BY m.tokens) AS tokens, m.tokens_per_second
                            FROM metric m WHERE m.attempt_id = a.id) part
                          WHERE part.tokens > 0 AND part.tokens_per_second > 0) speed
                        WHERE a.id = ? AND r.to_tokens > r.from_tokens AND r.flops > 0 AND speed.seconds > 0
                        """).param(attempt).update();
    }

    /** The speed of an evaluation, from its claim to now. */
    void evaluated(long attempt) {
        jdbc.sql("""
                        INSERT INTO throughput (attempt_id, resource_class, device, devices, kind, model, precision, quantizer,
                                                flops_per_token, tokens, seconds)
                        SELECT a.id, r.resource_class, coalesce(a.device, 'unnamed device'),
                               coalesce(CAST(substring(a.device FROM '^([0-9]{1,4}) × ') AS integer), 1), r.kind,
                               t.model, t.precision, t.spec -> 'quantizer' ->> 'quantizer', r.flops / size.tokens, size.tokens,
                               extract(epoch FROM clock_timestamp() - a.started_at)
                        FROM attempt a
                        JOIN run r ON r.id = a.run_id
                        JOIN state s ON s.id = r.target_state_id
                        JOIN trajectory t ON t.id = s.trajectory_id
                        CROSS JOIN LATERAL (
                          SELECT (r.evaluation ->> 'windows')::bigint * (r.evaluation ->> 'sequenceLength')::bigint AS tokens
                        ) size
                        WHERE a.id = ? AND r.flops > 0 AND size.tokens > 0 AND clock_timestamp() > a.started_at
                        """).param(attempt).update();
    }
}

package io.bitfrontier.service.run;

import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Brings what sweeps know of their runs, and with it their queues, into agreement with the states of runs. They differ only where
 * a run changed its state while a sweep was being joined to it: the two transactions did not see each other.
 *
 * <p>It asks run by run, by index. Joins would be left to statistics that know nothing yet of a large sweep just stored, and
 * then every pair may be looked at: minutes instead of a fraction of a second.
 */
@Component
class QueueSettlement {
    private static final Logger log = LoggerFactory.getLogger(QueueSettlement.class);

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    QueueSettlement(JdbcClient jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** Of a sweep whose submission is there for all to see. */
    void settle(UUID sweep) {
        settle(jdbc.sql("""
                        SELECT n.run_id FROM sweep_run n
                        WHERE n.sweep_id = ? AND n.state <> (SELECT r.state FROM run r WHERE r.id = n.run_id)
                        ORDER BY n.run_id
                        """).param(sweep).query(Long.class).list());
    }

    /** Finds what no look at a submission settled. */
    @Scheduled(fixedDelayString = "${bitfrontier.run.settle-every:60s}", initialDelayString = "5s")
    void keepSettled() {
        try {
            settleAll();
        } catch (DataAccessException | TransactionException e) {
            log.debug("settling the queues pauses: {}", e.toString());
        }
    }

    void settleAll() {
        settle(jdbc.sql("""
                        SELECT n.run_id FROM sweep_run n
                        WHERE n.state IN ('PLANNED', 'READY', 'RUNNING')
                          AND n.state <> (SELECT r.state FROM run r WHERE r.id = n.run_id)
                        ORDER BY n.run_id
                        """).query(Long.class).list());
    }

    /** One by one and under the run's lock: its state cannot change between the look and the answer. */
    private void settle(List<Long> runs) {
        for (long run : runs) {
            transactions.executeWithoutResult(status -> {
                String state = jdbc.sql("SELECT state FROM run WHERE id = ? FOR NO KEY UPDATE")
                        .param(run)
                        .query(String.class)
                        .single();
                int settled = jdbc.sql("""
                                UPDATE sweep_run n SET state = r.state, not_before = r.not_before
                                FROM run r WHERE r.id = n.run_id AND n.run_id = :run AND n.state <> r.state
                                """).param("run", run).update();
                if (settled > 0) {
                    log.info("run {} is {} for {} more sweeps", run, state, settled);
                }
            });
        }
    }
}

package io.bitfrontier.service.run;

import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * Looks once more at what a submission has stored, when all can see it: what was decided meanwhile did not see it. It does so on
 * a thread of its own, because the submitting one holds its connection until all listeners are done: if it needed a second one,
 * as many submissions as the pool has connections would wait for each other. What is not looked at, because the service was
 * killed or the database away, is found by the periodic looks.
 */
@Component
@ConditionalOnProperty(name = "bitfrontier.background", havingValue = "true", matchIfMissing = true)
class AfterSubmission implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AfterSubmission.class);
    private static final long LONGEST_GOODBYE_SECONDS = 5;

    private final Dependants dependants;
    private final QueueSettlement queues;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "after-submission");
        thread.setDaemon(true);
        return thread;
    });

    AfterSubmission(Dependants dependants, QueueSettlement queues) {
        this.dependants = dependants;
        this.queues = queues;
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
    void on(SweepLinked event) {
        try {
            executor.execute(() -> settle(event.sweep()));
        } catch (RejectedExecutionException e) {
            log.debug("sweep {} is left for the periodic looks: the service stops", event.sweep());
        }
    }

    private void settle(UUID sweep) {
        try {
            dependants.settle(sweep);
            queues.settle(sweep);
        } catch (DataAccessException | TransactionException e) {
            log.debug("sweep {} is left for the periodic looks: {}", sweep, e.toString());
        }
    }

    @Override
    public void close() throws InterruptedException {
        executor.shutdown();
        if (!executor.awaitTermination(LONGEST_GOODBYE_SECONDS, TimeUnit.SECONDS)) {
            log.debug("submissions are left for the periodic looks: the service stops");
        }
    }
}

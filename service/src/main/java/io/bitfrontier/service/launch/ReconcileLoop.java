package io.bitfrontier.service.launch;

import io.bitfrontier.service.run.RunsReady;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * Runs reconcile rounds at start, periodically and on events, one at a time on one thread. It starts after the web server and
 * stops before it, so that workers can report while they leave.
 */
@Component
@ConditionalOnProperty(name = "bitfrontier.background", havingValue = "true", matchIfMissing = true)
class ReconcileLoop implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(ReconcileLoop.class);

    private final Reconciler reconciler;
    private final ReconcileHealth health;
    private final LaunchSettings settings;
    private final AtomicBoolean enqueued = new AtomicBoolean();
    private @Nullable ScheduledExecutorService executor;
    private boolean paused;

    ReconcileLoop(Reconciler reconciler, ReconcileHealth health, LaunchSettings settings, Launcher launcher) {
        this.reconciler = reconciler;
        this.health = health;
        this.settings = settings;
        health.expectRounds();
        launcher.onChange(this::enqueue);
    }

    @Override
    public synchronized void start() {
        ScheduledExecutorService fresh = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "reconcile");
            thread.setDaemon(true);
            return thread;
        });
        long period = settings.reconcileEvery().toMillis();
        fresh.scheduleWithFixedDelay(this::round, 0, period, TimeUnit.MILLISECONDS);
        executor = fresh;
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT, fallbackExecution = true)
    void on(RunsReady event) {
        enqueue();
    }

    /** Brings the next round forward; several requests make one round. */
    private synchronized void enqueue() {
        if (executor != null && enqueued.compareAndSet(false, true)) {
            try {
                executor.execute(this::round);
            } catch (RejectedExecutionException e) {
                log.debug("no more rounds: the service stops");
            }
        }
    }

    /** Whatever goes wrong decides nothing: the next round looks again. An error that got out would be the last round's. */
    private void round() {
        enqueued.set(false);
        try {
            reconciler.round();
            health.roundDone();
            if (paused) {
                paused = false;
                log.info("reconciling again");
            }
        } catch (RuntimeException | Error e) {
            if (e instanceof LauncherUnavailableException) {
                // The database has answered: whoever waits for this service may come.
                health.roundDone();
            } else {
                reconciler.forgetMisses();
            }
            if (!paused) {
                paused = true;
                log.warn("reconciling pauses, nothing is decided: {}", e.toString());
            }
        }
    }

    @Override
    public void stop() {
        ScheduledExecutorService running;
        synchronized (this) {
            running = executor;
            executor = null;
        }
        if (running == null) {
            return;
        }
        running.shutdown();
        try {
            if (!running.awaitTermination(5, TimeUnit.SECONDS)) {
                log.warn("a reconcile round still runs");
            }
            reconciler.stopWorkers();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.warn("workers were not stopped, the next start takes care of them: {}", e.toString());
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return executor != null;
    }
}

package io.bitfrontier.trainer.report;

import io.bitfrontier.trainer.train.MemoryExhaustion;
import io.bitfrontier.trainer.train.WorkExecutor;
import io.bitfrontier.trainer.train.WorkFailedException;
import io.bitfrontier.trainer.train.WorkInterruptedException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's life: claim, do, report, claim again, until the service has nothing left, asks it to go or is gone.
 *
 * <p>After a failure of the platform the process itself may be damaged (native memory, a full disk), so the worker reports it
 * and leaves with {@link WorkerProtocol#EXIT_PLATFORM}; another takes its place. A run that merely cannot be done does not end
 * the worker.
 */
final class WorkerLoop {
    private static final Logger log = LoggerFactory.getLogger(WorkerLoop.class);

    private final WorkerConfiguration configuration;
    private final ServiceClient client;
    private final Supplier<WorkExecutor> executor;
    private final Ticker ticker;
    private final Shutdown shutdown;
    private final Delivery delivery;
    private final LocalCopies copies;
    private final FileTransfer transfer = new FileTransfer();
    /** The state whose continuation needs no loading; null for none. */
    private @Nullable StoredCheckpoint held;

    /** @param executor asked for with every assignment, since making one may have to wait for native libraries */
    WorkerLoop(
            WorkerConfiguration configuration,
            ServiceClient client,
            Supplier<WorkExecutor> executor,
            Ticker ticker,
            Shutdown shutdown) {
        this.configuration = configuration;
        this.client = client;
        this.executor = executor;
        this.ticker = ticker;
        this.shutdown = shutdown;
        this.copies = new LocalCopies(configuration.scratch().resolve("checkpoints"));
        this.delivery = new Delivery(ticker, shutdown, configuration.unreachableLimit());
    }

    /** Returns the exit code of the process. */
    int run() {
        try {
            return loop();
        } finally {
            copies.clear();
        }
    }

    private int loop() {
        BackOff backOff = new BackOff();
        long idleSince = ticker.nanoTime();
        long reachedAt = idleSince;
        boolean acknowledged = true;
        while (!shutdown.requested()) {
            long claimedAt = ticker.nanoTime();
            Reply<Assignment> reply = client.claim(request());
            Assignment assignment = reply.body();
            if (assignment != null) {
                Ended ended = execute(assignment, claimedAt);
                if (ended.exit().isPresent()) {
                    return ended.exit().getAsInt();
                }
                acknowledged = ended.acknowledged();
                backOff.reset();
                idleSince = ticker.nanoTime();
                reachedAt = idleSince;
                continue;
            }
            switch (reply.status()) {
                case OK, NOTHING -> {
                    reachedAt = ticker.nanoTime();
                    if (since(idleSince).compareTo(configuration.idleLimit()) >= 0) {
                        log.info("no work for {} s, leaving", since(idleSince).toSeconds());
                        return WorkerProtocol.EXIT_DONE;
                    }
                }
                case LEAVE -> {
                    log.info("the service asked this worker to leave");
                    return WorkerProtocol.EXIT_DONE;
                }
                case UNREACHABLE -> {
                    if (since(reachedAt).compareTo(configuration.unreachableLimit()) >= 0) {
                        log.warn(
                                "no answer for {} s, leaving: {}",
                                since(reachedAt).toSeconds(),
                                reply.reason());
                        return acknowledged ? WorkerProtocol.EXIT_DONE : WorkerProtocol.EXIT_PREEMPTED;
                    }
                    log.debug("no answer: {}", reply.reason());
                }
                case FENCED, METRICS_REFUSED, UNAUTHORIZED, REFUSED -> {
                    log.error("the claim was refused: {}", reply.reason());
                    return WorkerProtocol.EXIT_PLATFORM;
                }
            }
            ticker.pause(backOff.next());
        }
        log.info("asked to leave");
        return WorkerProtocol.EXIT_PREEMPTED;
    }

    private ClaimRequest request() {
        String device = configuration.device();
        return held == null
                ? new ClaimRequest(null, null, device)
                : new ClaimRequest(held.trajectory(), held.tokens(), device);
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(ticker.nanoTime() - nanos);
    }

    /**
     * How an attempt ended.
     *
     * @param exit the exit code if it was the worker's last
     * @param acknowledged whether the service knows
     */
    private record Ended(OptionalInt exit, boolean acknowledged) {}

    private Ended execute(Assignment assignment, long claimedAt) {
        try (AttemptSession session = new AttemptSession(
                assignment, client, configuration.scratch(), copies, transfer, claimedAt, ticker, shutdown)) {
            session.start();
            Report report = work(assignment, session);
            boolean delivered = delivery.deliver(session, report);
            log.info("{}: {}{}", session.name(), report.summary(), delivered ? "" : ", not acknowledged");
            return new Ended(exitAfter(report, session), delivered);
        }
    }

    private static OptionalInt exitAfter(Report report, AttemptSession session) {
        if (report instanceof Report.Failed failed && failed.failureClass() == FailureClass.OUT_OF_MEMORY) {
            return OptionalInt.of(WorkerProtocol.EXIT_OUT_OF_MEMORY);
        }
        if (report instanceof Report.Failed failed && failed.failureClass() == FailureClass.PLATFORM) {
            return OptionalInt.of(WorkerProtocol.EXIT_PLATFORM);
        }
        return session.askedToLeave() ? OptionalInt.of(WorkerProtocol.EXIT_PREEMPTED) : OptionalInt.empty();
    }

    private Report work(Assignment assignment, AttemptSession session) {
        StoredCheckpoint before = held;
        held = null;
        try {
            WorkExecutor ready = executor.get();
            if (assignment.train() != null) {
                Artifacts artifacts = session.artifacts();
                held = ready.train(artifacts.fetch(assignment.train(), before), artifacts.directory(), session);
                return new Report.Done(held, null);
            }
            if (assignment.evaluate() != null) {
                Report.Done done = new Report.Done(
                        null, ready.evaluate(session.artifacts().fetch(assignment.evaluate()), session));
                held = before;
                return done;
            }
            return new Report.Failed(FailureClass.PLATFORM, "the assignment has neither training nor evaluation");
        } catch (WorkInterruptedException e) {
            return interrupted(session);
        } catch (WorkFailedException e) {
            log.error("{}: {}", session.name(), e.failureClass(), e);
            return new Report.Failed(e.failureClass(), message(e));
        } catch (OutOfMemoryError e) {
            log.error("{}: out of memory", session.name(), e);
            return new Report.Failed(FailureClass.OUT_OF_MEMORY, message(e));
        } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
            log.error("{}: failed unexpectedly", session.name(), e);
            return new Report.Failed(
                    MemoryExhaustion.isTheCauseOf(e) ? FailureClass.OUT_OF_MEMORY : FailureClass.PLATFORM, message(e));
        }
    }

    private static Report interrupted(AttemptSession session) {
        RuntimeException broken = session.broken();
        if (broken != null) {
            log.error("{}: could not report", session.name(), broken);
        }
        Report stopped = session.stopped();
        if (stopped != null) {
            return stopped;
        }
        String why = session.askedToLeave()
                ? "the worker was asked to leave"
                : "the service did not answer until the lease had nearly passed";
        return new Report.Failed(FailureClass.PREEMPTED, why);
    }

    private static String message(Throwable e) {
        return e.getMessage() == null ? "failed without a message" : e.getMessage();
    }
}

package io.bitfrontier.trainer.report;

import io.bitfrontier.trainer.report.Reply.Status;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings an attempt's last words to the service: what is still buffered, then the report. Repeated until acknowledged or
 * fenced, for the configured time. That may be longer than the lease: the lease bounds training and writing artifacts, and
 * whether a late report still counts is for the service's fence to say.
 */
final class Delivery {
    private static final Logger log = LoggerFactory.getLogger(Delivery.class);
    /** A service that still lacks metrics after this many rounds will not get them. */
    private static final int RESENDS = 5;
    /** How long to keep trying once the worker has been asked to leave. */
    private static final Duration WHEN_LEAVING = Duration.ofSeconds(8);

    private final Ticker ticker;
    private final Shutdown shutdown;
    private final Duration limit;

    Delivery(Ticker ticker, Shutdown shutdown, Duration limit) {
        this.ticker = ticker;
        this.shutdown = shutdown;
        this.limit = limit;
    }

    /** Whether the service has what it wants. */
    boolean deliver(AttemptSession session, Report report) {
        session.endSending();
        if (report instanceof Report.Nothing) {
            return true;
        }
        BackOff backOff = new BackOff();
        long began = ticker.nanoTime();
        int resends = 0;
        Report last = report;
        while (true) {
            Reply<?> reply = session.push();
            // a failure is told even where the service refuses the rest
            if (reply.ok() || (reply.status() == Status.REFUSED && last instanceof Report.Failed)) {
                reply = send(session, last);
            }
            if (reply.status() == Status.METRICS_REFUSED) {
                session.resendFrom(reply.expectedSequence());
                if (++resends > RESENDS) {
                    reply = Reply.of(Status.REFUSED, reply.reason());
                }
            }
            switch (reply.status()) {
                case OK -> {
                    return true;
                }
                case UNREACHABLE, METRICS_REFUSED -> {}
                case REFUSED -> {
                    log.error("{}: refused, {}", session.name(), reply.reason());
                    if (last instanceof Report.Failed) {
                        return false;
                    }
                    last = new Report.Failed(FailureClass.RESULTS_MISSING, "refused: " + reply.reason());
                }
                default -> {
                    log.warn("{}: given up, {}", session.name(), reply.reason());
                    return false;
                }
            }
            Duration spent = Duration.ofNanos(ticker.nanoTime() - began);
            if (spent.compareTo(shutdown.requested() ? WHEN_LEAVING : limit) >= 0) {
                log.error("{}: not delivered in {} s, {}", session.name(), spent.toSeconds(), reply.reason());
                return false;
            }
            ticker.pause(backOff.next());
        }
    }

    private static Reply<?> send(AttemptSession session, Report report) {
        if (report instanceof Report.Done done) {
            StoredCheckpoint checkpoint = done.checkpoint();
            if (checkpoint != null) {
                Reply<StoredCheckpoint> published = session.artifacts().publish(checkpoint);
                if (published.body() == null) {
                    return published;
                }
                checkpoint = published.body();
            }
            return session.channel().complete(new Completion(session.lastMetricSequence(), checkpoint, done.result()));
        }
        Report.Failed failed = (Report.Failed) report;
        return session.channel().fail(new Failure(failed.failureClass().name(), failed.message()));
    }
}

package io.bitfrontier.trainer.report;

import io.bitfrontier.trainer.report.Reply.Status;
import io.bitfrontier.trainer.train.TrainingMonitor;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.CheckpointReport;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Heartbeat;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.HeartbeatReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt while it runs. The training thread puts rows, lines and checkpoints in and asks what to do next, without ever
 * waiting for the network; one background thread sends, another keeps the lease.
 *
 * <p>A checkpoint is reported after the rows that came before it: another attempt resumes from a reported checkpoint, so the
 * curve up to there must be stored.
 */
final class AttemptSession implements TrainingMonitor, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AttemptSession.class);
    private static final Duration SEND_INTERVAL = Duration.ofSeconds(1);

    private final String name;
    private final ServiceClient.AttemptChannel channel;
    private final Artifacts artifacts;
    private final Lease lease;
    private final Shutdown shutdown;
    private final Ticker ticker;
    private final MetricSpool metrics;
    private final LogSpool lines;
    private final ArrayDeque<StoredCheckpoint> checkpoints = new ArrayDeque<>();

    private volatile long tokens;
    private volatile boolean leave;
    private volatile @Nullable Report stopped;
    private volatile @Nullable RuntimeException broken;
    private long askedAt;
    private @Nullable Repeater sender;
    private @Nullable Repeater heart;

    /** @param claimedAt monotonic start of the claim that was answered with the assignment: the lease counts from there */
    AttemptSession(
            Assignment assignment,
            ServiceClient client,
            Path scratch,
            LocalCopies copies,
            FileTransfer transfer,
            long claimedAt,
            Ticker ticker,
            Shutdown shutdown) {
        this.name = "run " + assignment.runId() + " attempt " + assignment.attemptId();
        this.channel = client.attempt(assignment);
        this.artifacts = new Artifacts(assignment, channel, copies, transfer, ticker);
        this.lease = new Lease(ticker::nanoTime, claimedAt, assignment.leaseSeconds());
        this.shutdown = shutdown;
        this.ticker = ticker;
        String prefix = "attempt-" + assignment.attemptId();
        this.metrics = new MetricSpool(scratch.resolve(prefix + ".metrics"), client::encode);
        this.lines = new LogSpool(scratch.resolve(prefix + ".log"), client::encode);
        this.askedAt = ticker.nanoTime();
    }

    /** Starts the background threads. */
    void start() {
        sender = new Repeater("sender", SEND_INTERVAL, this::sendOnce);
        heart = new Repeater("heart", lease.heartbeatInterval(), this::beat);
    }

    // what the training thread calls

    @Override
    public void started(long resumedFromTokens) {
        tokens = resumedFromTokens;
        // loading libraries and a state is not a step
        askedAt = ticker.nanoTime();
        metrics.started(resumedFromTokens);
    }

    @Override
    public void step(MetricRow row) {
        tokens = row.tokens();
        if (metrics.add(row)) {
            wakeSender();
        }
    }

    @Override
    public void checkpoint(StoredCheckpoint checkpoint) {
        metrics.cut();
        synchronized (checkpoints) {
            checkpoints.add(checkpoint);
        }
        wakeSender();
    }

    @Override
    public void log(String line) {
        log.info("{}: {}", name, line);
        lines.add(line);
    }

    @Override
    public Directive directive() {
        long now = ticker.nanoTime();
        lease.observeStep(now - askedAt);
        askedAt = now;
        // the lease first: a process that was frozen past it must not write anything
        if (!mayWrite()) {
            return Directive.STOP;
        }
        return leave || shutdown.requested() || lease.nearlyPassed()
                ? Directive.CHECKPOINT_AND_LEAVE
                : Directive.CONTINUE;
    }

    @Override
    public boolean mayWrite() {
        if (stopped == null && lease.passed()) {
            stop(new Report.Failed(
                    FailureClass.LOST, "the lease passed without a heartbeat that the service answered"));
        }
        return stopped == null;
    }

    // what the background threads call, and tests

    /** One heartbeat; the time until the next. */
    Duration beat() {
        long startedAt = ticker.nanoTime();
        Reply<HeartbeatReply> reply = channel.heartbeat(new Heartbeat(tokens));
        HeartbeatReply body = reply.body();
        if (reply.ok() && body != null) {
            lease.renew(startedAt, body.leaseSeconds());
            obey(body.command());
            Duration spent = Duration.ofNanos(ticker.nanoTime() - startedAt);
            Duration rest = lease.heartbeatInterval().minus(spent);
            return rest.isNegative() ? Duration.ZERO : rest;
        }
        if (reply.endsAttempt()) {
            stop(new Report.Nothing(reply.reason()));
        } else {
            log.warn(
                    "{}: no heartbeat, {} s of the lease left: {}",
                    name,
                    lease.remaining().toSeconds(),
                    reply.reason());
        }
        return lease.retryInterval();
    }

    private void obey(String command) {
        switch (command) {
            case HeartbeatReply.CONTINUE -> {}
            case HeartbeatReply.CHECKPOINT_AND_LEAVE -> leave = true;
            case HeartbeatReply.STOP -> stop(new Report.Failed(FailureClass.PREEMPTED, "the service asked to stop"));
            default -> log.warn("{}: unknown command {}, going on", name, command);
        }
    }

    private Duration sendOnce() {
        try {
            Reply<?> reply = push();
            if (reply.endsAttempt()) {
                stop(new Report.Nothing(reply.reason()));
            } else if (reply.status() == Status.REFUSED) {
                fail(new IllegalStateException("the service refused " + reply.reason()));
            }
        } catch (RuntimeException e) {
            fail(e);
        }
        return SEND_INTERVAL;
    }

    /** Sends everything collected so far, in order, until all of it is acknowledged or an answer is not OK. */
    Reply<?> push() {
        metrics.cut();
        lines.cut();
        while (true) {
            StoredCheckpoint checkpoint;
            synchronized (checkpoints) {
                checkpoint = checkpoints.peek();
            }
            Reply<?> reply = metrics.drain(channel::metrics);
            if (reply.ok()) {
                reply = lines.drain(channel::log);
            }
            if (reply.ok() && checkpoint != null) {
                reply = report(checkpoint);
            }
            if (!reply.ok() || checkpoint == null) {
                return reply;
            }
            synchronized (checkpoints) {
                checkpoints.remove();
            }
        }
    }

    private Reply<?> report(StoredCheckpoint checkpoint) {
        Reply<StoredCheckpoint> published = artifacts.publish(checkpoint);
        return published.body() == null ? published : channel.checkpoint(new CheckpointReport(published.body()));
    }

    private synchronized void stop(Report why) {
        if (stopped == null) {
            stopped = why;
            log.warn("{}: stops: {}", name, why.summary());
        }
    }

    private void fail(RuntimeException e) {
        broken = e;
        stop(new Report.Failed(FailureClass.PLATFORM, e.getMessage() == null ? "cannot report" : e.getMessage()));
    }

    private void wakeSender() {
        if (sender != null) {
            sender.wake();
        }
    }

    // what the worker loop calls once the work has ended

    /** Ends background sending, so that the caller can send in order; the lease is kept until {@link #close}. */
    void endSending() {
        if (sender != null) {
            sender.close();
            sender = null;
        }
    }

    ServiceClient.AttemptChannel channel() {
        return channel;
    }

    /** Where the attempt's work begins from and goes to. */
    Artifacts artifacts() {
        return artifacts;
    }

    /** The service asks for this metric batch again, and those behind it. */
    void resendFrom(long sequence) {
        metrics.resendFrom(sequence);
    }

    long lastMetricSequence() {
        return metrics.lastSequence();
    }

    String name() {
        return name;
    }

    /** What to report because the attempt was stopped; null where it was not. */
    @Nullable
    Report stopped() {
        return stopped;
    }

    /** What kept the attempt from reporting, or null. */
    @Nullable
    RuntimeException broken() {
        return broken;
    }

    /** Whether the service or the operator asked this worker to leave. */
    boolean askedToLeave() {
        return leave || shutdown.requested();
    }

    @Override
    public void close() {
        endSending();
        if (heart != null) {
            heart.close();
        }
        metrics.close();
        lines.close();
    }
}

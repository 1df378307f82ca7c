package io.bitfrontier.service.ingest;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.service.run.AttemptEndings;
import io.bitfrontier.service.run.AttemptFencedException;
import io.bitfrontier.service.run.AttemptRef;
import io.bitfrontier.service.run.Checkpoints;
import io.bitfrontier.service.run.Leases;
import io.bitfrontier.service.worker.AttemptCaller;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.CheckpointReport;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Heartbeat;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.HeartbeatReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.LogChunk;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricBatch;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricReply;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What workers report under an attempt's token. A write that comes after the attempt has ended is refused and counted. */
@RestController
@RequestMapping("/api/v1/attempts/{attempt}")
class AttemptController {
    private final Leases leases;
    private final MetricWriter metrics;
    private final Checkpoints checkpoints;
    private final LogWriter logs;
    private final Completions completions;
    private final AttemptEndings endings;
    private final FailPoints failPoints;

    AttemptController(
            Leases leases,
            MetricWriter metrics,
            Checkpoints checkpoints,
            LogWriter logs,
            Completions completions,
            AttemptEndings endings,
            FailPoints failPoints) {
        this.failPoints = failPoints;
        this.leases = leases;
        this.metrics = metrics;
        this.checkpoints = checkpoints;
        this.logs = logs;
        this.completions = completions;
        this.endings = endings;
    }

    @PostMapping("/heartbeat")
    HeartbeatReply heartbeat(
            @RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody Heartbeat heartbeat) {
        return leases.renew(ref(caller), heartbeat.tokens());
    }

    @PostMapping("/metrics")
    MetricReply metrics(
            @RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody MetricBatch batch) {
        MetricReply reply = write(caller, attempt -> metrics.store(attempt, batch));
        failPoints.pass(FailPoint.METRICS_STORED);
        return reply;
    }

    @PostMapping("/checkpoints")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void checkpoint(
            @RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody CheckpointReport report) {
        if (report.checkpoint() == null) {
            throw ProblemException.invalid(List.of(new Violation("checkpoint", null, "is missing")));
        }
        writeOnly(caller, attempt -> checkpoints.register(attempt, report.checkpoint()));
        failPoints.pass(FailPoint.CHECKPOINT_STORED);
    }

    @PostMapping("/log")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void log(@RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody LogChunk chunk) {
        writeOnly(caller, attempt -> logs.store(attempt, chunk));
    }

    @PostMapping("/completion")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void complete(@RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody Completion completion) {
        failPoints.pass(FailPoint.COMPLETION_RECEIVED);
        writeOnly(caller, attempt -> completions.complete(attempt, completion));
        failPoints.pass(FailPoint.COMPLETION_STORED);
    }

    @PostMapping("/failure")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void fail(@RequestAttribute(AttemptCaller.ATTRIBUTE) AttemptCaller caller, @RequestBody Failure failure) {
        FailureClass failureClass = Arrays.stream(FailureClass.values())
                .filter(known -> known.name().equals(failure.failureClass()))
                .findFirst()
                .orElseThrow(() -> ProblemException.invalid(List.of(new Violation(
                        "failureClass",
                        failure.failureClass(),
                        "must be one of " + Arrays.toString(FailureClass.values())))));
        String message = failure.message() == null || failure.message().isBlank() ? "no message" : failure.message();
        writeOnly(caller, attempt -> endings.fail(attempt, failureClass, message));
        failPoints.pass(FailPoint.FAILURE_STORED);
    }

    private <T> T write(AttemptCaller caller, Function<AttemptRef, T> write) {
        AttemptRef attempt = ref(caller);
        try {
            return write.apply(attempt);
        } catch (AttemptFencedException e) {
            leases.countRefused(attempt);
            throw e;
        }
    }

    private void writeOnly(AttemptCaller caller, Consumer<AttemptRef> write) {
        write(caller, attempt -> {
            write.accept(attempt);
            return true;
        });
    }

    private static AttemptRef ref(AttemptCaller caller) {
        return new AttemptRef(caller.attemptId(), caller.runId(), caller.workerId());
    }
}

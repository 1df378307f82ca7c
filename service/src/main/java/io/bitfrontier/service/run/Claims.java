package io.bitfrontier.service.run;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.RunState;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Gives READY runs to workers, each to one. */
@Service
public class Claims {
    private final JdbcClient jdbc;
    private final ClaimQueue queue;
    private final RunTransitions transitions;
    private final AttemptEndings endings;
    private final Assignments assignments;
    private final ArtifactStore artifacts;
    private final ResourceClassNames classes;
    private final RunSettings settings;

    Claims(
            JdbcClient jdbc,
            ClaimQueue queue,
            RunTransitions transitions,
            AttemptEndings endings,
            Assignments assignments,
            ArtifactStore artifacts,
            ResourceClassNames classes,
            RunSettings settings) {
        this.jdbc = jdbc;
        this.queue = queue;
        this.transitions = transitions;
        this.endings = endings;
        this.assignments = assignments;
        this.artifacts = artifacts;
        this.classes = classes;
        this.settings = settings;
    }

    /**
     * Claims the most urgent READY run of the class for the sweep that comes first; among sweeps of equal rank a run that goes on
     * from what the worker holds comes first, then the longest chain of work behind it. Its time is on that sweep's account.
     *
     * <p>A worker does one attempt at a time. If it claims while it has one, either the answer to its last claim got lost (then
     * nothing was heard of that attempt, and the same one is issued again under a new token) or it forgot what it did (then the
     * attempt counts as lost).
     *
     * @return empty when nothing fits now
     */
    @Transactional
    public Optional<Assignment> claim(UUID worker, String resourceClass, ClaimRequest holding, AttemptToken token) {
        // One claim of a worker at a time: a repeated request must find what the first one was given.
        // And by one plan: planning the look at the queue takes far longer than the look, and PostgreSQL
        // plans anew while tables grow that were small at first.
        jdbc.sql("""
                        SELECT pg_advisory_xact_lock(hashtextextended(?, 0)),
                               set_config('plan_cache_mode', 'force_generic_plan', true)
                        """).param("claims of " + worker).query(row -> {});
        Optional<Assignment> again = previous(worker, holding, token);
        if (again.isPresent()) {
            return again;
        }
        return next(resourceClass, holding).map(taken -> assign(taken, resourceClass, worker, holding, token));
    }

    private Optional<Assignment> previous(UUID worker, ClaimRequest claim, AttemptToken token) {
        Optional<AttemptRef> open = jdbc.sql("SELECT id, run_id FROM attempt WHERE worker_id = ? AND state = 'RUNNING'")
                .param(worker)
                .query((row, n) -> new AttemptRef(row.getLong("id"), row.getLong("run_id"), worker))
                .optional();
        if (open.isEmpty() || !endings.lock(open.get())) {
            return Optional.empty();
        }
        long attempt = open.get().attemptId();
        int reissued = jdbc.sql("""
                        UPDATE attempt a SET
                          token_sha256 = :hash,
                          device = :device,
                          started_at = now(),
                          lease_expires_at = now() + make_interval(secs => :lease),
                          deadline_at = now() + make_interval(secs => :limit),
                          missed_rounds = 0
                        WHERE id = :attempt AND state = 'RUNNING'
                          AND accepted_sequence = 0
                          AND lease_expires_at = started_at + make_interval(secs => :lease)
                          AND NOT EXISTS (SELECT 1 FROM checkpoint c WHERE c.attempt_id = a.id)
                          AND NOT EXISTS (SELECT 1 FROM attempt_log l WHERE l.attempt_id = a.id)
                        """)
                .param("hash", token.sha256())
                .param("device", claim.device())
                .param("lease", settings.lease().toSeconds())
                .param("limit", settings.attemptLimit().toSeconds())
                .param("attempt", attempt)
                .update();
        if (reissued == 1) {
            return Optional.of(assignments.of(attempt, token));
        }
        endings.lose(
                open.get(), FailureClass.LOST, "its worker claimed again without having ended it", "worker " + worker);
        return Optional.empty();
    }

    private Optional<ClaimQueue.Taken> next(String resourceClass, ClaimRequest holding) {
        List<ClaimQueue.Waiting> waiting = queue.waiting(resourceClass);
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        boolean holdsLock = false;
        Optional<ClaimQueue.Taken> continued = continued(waiting, resourceClass, holding);
        if (continued.isPresent()) {
            ClaimQueue.Waiting owner = waiting.stream()
                    .filter(sweep -> sweep.sweep().equals(continued.get().sweep()))
                    .findFirst()
                    .orElseThrow();
            if (!owner.limited() || queue.admits(owner, false)) {
                return continued;
            }
            holdsLock = true;
        }
        for (ClaimQueue.Waiting sweep : waiting) {
            if (sweep.limited()) {
                boolean admitted = queue.admits(sweep, holdsLock);
                holdsLock = true;
                if (!admitted) {
                    continue;
                }
            }
            Optional<ClaimQueue.Taken> head = queue.head(sweep.sweep(), resourceClass);
            if (head.isPresent()) {
                return head;
            }
        }
        return Optional.empty();
    }

    private Optional<ClaimQueue.Taken> continued(
            List<ClaimQueue.Waiting> waiting, String resourceClass, ClaimRequest holding) {
        int highest = waiting.get(0).rank();
        List<UUID> first = waiting.stream()
                .filter(sweep -> sweep.rank() == highest)
                .map(ClaimQueue.Waiting::sweep)
                .toList();
        return heldState(holding).flatMap(held -> queue.continuing(held, first, resourceClass));
    }

    private Optional<Long> heldState(ClaimRequest holding) {
        if (holding.holdingTrajectory() == null || holding.holdingTokens() == null) {
            return Optional.empty();
        }
        return jdbc.sql("""
                        SELECT s.id FROM state s JOIN trajectory t ON t.id = s.trajectory_id
                        WHERE t.fingerprint = ? AND s.tokens = ?
                        """)
                .param(holding.holdingTrajectory())
                .param(holding.holdingTokens())
                .query(Long.class)
                .optional();
    }

    private Assignment assign(
            ClaimQueue.Taken taken, String resourceClass, UUID worker, ClaimRequest claim, AttemptToken token) {
        long run = taken.run();
        int number = jdbc.sql("SELECT COALESCE(max(number), 0) + 1 FROM attempt WHERE run_id = ?")
                .param(run)
                .query(Integer.class)
                .single();
        long attempt = jdbc.sql("""
                        INSERT INTO attempt (run_id, worker_id, sweep_id, gpus, number, state, token_sha256, device,
                                             artifact_uri, started_at, lease_expires_at, deadline_at, resumed_from_tokens)
                        SELECT r.id, :worker, :sweep, :gpus, :number, 'RUNNING', :hash, :device,
                               :uri, now(),
                               now() + make_interval(secs => :lease),
                               now() + make_interval(secs => :limit),
                               COALESCE((SELECT c.tokens FROM checkpoint c WHERE c.id = resume_checkpoint(r.id)), r.from_tokens)
                        FROM run r WHERE r.id = :run
                        RETURNING id
                        """)
                .param("worker", worker)
                .param("sweep", taken.sweep())
                .param("gpus", Math.max(1, classes.gpus(resourceClass)))
                .param("number", number)
                .param("hash", token.sha256())
                .param("device", claim.device())
                .param("uri", artifacts.attemptUri(worker, run, number))
                .param("lease", settings.lease().toSeconds())
                .param("limit", settings.attemptLimit().toSeconds())
                .param("run", run)
                .query(Long.class)
                .single();
        String actor = "worker " + worker;
        boolean moved = transitions.move(
                run,
                RunState.READY,
                RunTransitions.Cause.of(RunEvent.CLAIMED, attempt, actor, "attempt " + number + " by " + actor));
        if (!moved) {
            throw new IllegalStateException("run " + run + " changed under its lock");
        }
        jdbc.sql("UPDATE run SET progress_tokens = a.resumed_from_tokens FROM attempt a WHERE a.id = ? AND run.id = ?")
                .param(attempt)
                .param(run)
                .update();
        take(worker);
        return assignments.of(attempt, token);
    }

    /** Runs come before workers in the order of locks, as for heartbeats. */
    private void take(UUID worker) {
        int taken = jdbc.sql("""
                        UPDATE worker SET runs_claimed = runs_claimed + 1
                        WHERE id = ? AND state IN ('LAUNCHING', 'ACTIVE') AND (runs_limit = 0 OR runs_claimed < runs_limit)
                        """).param(worker).update();
        if (taken == 0) {
            throw new ProblemException(ProblemCode.WORKER_GONE, "Worker " + worker + " gets no more work");
        }
    }
}

package io.bitfrontier.service.run;

import static io.bitfrontier.service.testing.ProtocolClient.aWorker;
import static io.bitfrontier.service.testing.ProtocolClient.batch;
import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static io.bitfrontier.service.testing.RunBuilder.aSweep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.run.RunStateMachine.Transition;
import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.RunBuilder;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.RunState;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Heartbeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;

@ServiceTest
class RunLifecycleTest {
    private static final Duration SPACING = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofSeconds(15);

    @Autowired
    private MockMvc http;

    @Autowired
    private Workers workers;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Claims claims;

    @Autowired
    private AttemptEndings endings;

    @Autowired
    private Leases leases;

    @Autowired
    private Dependants dependants;

    @Autowired
    private RunCancellation cancellation;

    @Autowired
    private RunTransitions transitions;

    private ProtocolClient worker;

    @BeforeEach
    void registerAWorker() {
        worker = aWorker(http, workers);
    }

    @Test
    void everyTransitionOfTheTableIsTakenAndEveryOtherIsRefused() {
        for (RunState from : RunState.values()) {
            for (RunEvent event : RunEvent.values()) {
                Seeded run = aRun().inState(from.name()).insert(jdbc);
                RunTransitions.Cause cause =
                        RunTransitions.Cause.of(event, null, "test", "because").failing(FailureClass.USER);
                Transition row = RunStateMachine.table().stream()
                        .filter(t -> t.from() == from && t.event() == event)
                        .findFirst()
                        .orElse(null);
                if (row == null) {
                    assertThatThrownBy(() -> transitions.move(run.run(), from, cause))
                            .hasMessageContaining("not allowed");
                    assertThat(stateOf(run)).isEqualTo(from.name());
                } else {
                    RunTransitions.Cause fitting = row.to() == RunState.FAILED
                            ? cause
                            : RunTransitions.Cause.of(event, null, "test", "because");
                    assertThat(transitions.move(run.run(), from, fitting)).isTrue();
                    assertThat(stateOf(run)).isEqualTo(row.to().name());
                    assertThat(transitions.move(run.run(), from, fitting))
                            .as("a guarded change happens once")
                            .isFalse();
                    assertThat(history(run)).containsExactly(event.name());
                }
            }
        }
    }

    @Test
    void theMostUrgentRunIsClaimedFirst() {
        Seeded ordinary = aRun().insert(jdbc);
        Seeded longChain = aRun().withCriticalPath(10).insert(jdbc);
        Seeded urgent = aRun().withPriority(1).insert(jdbc);
        aRun().ofClass("gpu").withPriority(9).insert(jdbc);
        List<Long> order = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Assignment next = worker.claim();
            order.add(next.runId());
            worker.complete(next);
        }
        assertThat(order).containsExactly(urgent.run(), longChain.run(), ordinary.run());
        assertThat(worker.tryClaim(new ClaimRequest(null, null)).status()).isEqualTo(204);
    }

    @Test
    void aWorkerGoesOnFromWhatItHoldsUnlessSomethingIsMoreUrgent() {
        Seeded trunk = aRun().withPriority(5).insert(jdbc);
        Seeded next = aRun().after(trunk).insert(jdbc);
        aRun().withCriticalPath(99).insert(jdbc);
        Seeded urgent = aRun().withPriority(1).insert(jdbc);
        worker.complete(worker.claim());
        ClaimRequest holding = new ClaimRequest(trunk.fingerprint(), trunk.tokens());
        Assignment first = worker.claim(holding);
        assertThat(first.runId()).isEqualTo(urgent.run());
        worker.complete(first);
        assertThat(worker.claim(holding).runId()).isEqualTo(next.run());
    }

    @Test
    void eightWorkersClaimFourHundredRunsEachOnce() throws Exception {
        for (int i = 0; i < 400; i++) {
            aRun().insert(jdbc);
        }
        int threads = 8;
        Map<Long, Integer> claimed = new ConcurrentHashMap<>();
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            UUID id = aWorker(http, workers).id();
            all.add(pool.submit(() -> {
                start.await();
                for (int i = 0; ; i++) {
                    var got = claims.claim(
                            id, "local", new ClaimRequest(null, null), new AttemptToken("t", "0".repeat(64)));
                    if (got.isEmpty()) {
                        return null;
                    }
                    claimed.merge(got.get().runId(), 1, Integer::sum);
                    endings.fail(
                            new AttemptRef(got.get().attemptId(), got.get().runId(), id), FailureClass.USER, "done");
                }
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        pool.shutdown();
        assertThat(claimed).hasSize(400).allSatisfy((run, times) -> assertThat(times)
                .isEqualTo(1));
    }

    @Test
    void aClaimWhoseAnswerGotLostIsAnsweredAgainUnderANewToken() {
        Seeded run = aRun().insert(jdbc);
        Assignment lost = worker.claim();
        Assignment again = worker.claim();
        assertThat(again.attemptId()).isEqualTo(lost.attemptId());
        assertThat(again.runId()).isEqualTo(run.run());
        assertThat(worker.send(lost, "heartbeat", new Heartbeat(1)).status()).isEqualTo(401);
        assertThat(worker.send(again, "heartbeat", new Heartbeat(1)).status()).isEqualTo(200);
    }

    @Test
    void aWorkerThatForgotItsAttemptLosesIt() {
        Seeded run = aRun().insert(jdbc);
        Assignment forgotten = worker.claim();
        worker.send(forgotten, "metrics", batch(1, 1));
        Assignment next = worker.claim();
        assertThat(next.runId()).isEqualTo(run.run());
        assertThat(next.attemptId()).isNotEqualTo(forgotten.attemptId());
        assertThat(history(run)).containsExactly("CLAIMED", "LOST", "CLAIMED");
    }

    @Test
    void lateWritesOfAFencedAttemptAreRefusedAndCounted() {
        Seeded run = aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        passLease(attempt);
        List<AttemptRef> missed = leases.missed(1, SPACING, PAUSE);
        assertThat(missed).hasSize(1);
        assertThat(endings.expire(missed.get(0), "test")).isTrue();
        assertThat(stateOf(run)).isEqualTo("READY");

        assertThat(worker.send(attempt, "metrics", batch(1, 1)).code()).isEqualTo("ATTEMPT_FENCED");
        assertThat(worker.complete(attempt).code()).isEqualTo("ATTEMPT_FENCED");
        assertThat(worker.send(attempt, "failure", new Failure("USER", "no")).status())
                .isEqualTo(409);
        assertThat(worker.send(attempt, "heartbeat", new Heartbeat(1)).status()).isEqualTo(409);
        assertThat(jdbc.sql("SELECT refused_writes FROM attempt")
                        .query(Long.class)
                        .single())
                .isEqualTo(3);
        assertThat(stateOf(run)).isEqualTo("READY");
        assertThat(jdbc.sql("SELECT count(*) FROM metric").query(Long.class).single())
                .isZero();
    }

    @Test
    void roundsCountInARowOnlyWhileTheyAreNoFurtherApartThanThePause() {
        aRun().insert(jdbc);
        passLease(worker.claim());
        assertThat(leases.missed(2, SPACING, PAUSE)).isEmpty();
        jdbc.sql("UPDATE attempt SET missed_at = missed_at - interval '20 seconds'")
                .update();
        assertThat(leases.missed(2, SPACING, PAUSE))
                .as("nobody looked for 20 s")
                .isEmpty();
        jdbc.sql("UPDATE attempt SET missed_at = missed_at - interval '20 seconds'")
                .update();
        assertThat(leases.missed(2, SPACING, Duration.ofMinutes(10)))
                .as("rounds are that far apart")
                .hasSize(1);
    }

    @Test
    void roundsInQuickSuccessionCountOnce() {
        aRun().insert(jdbc);
        passLease(worker.claim());
        assertThat(leases.missed(2, SPACING, PAUSE)).isEmpty();
        for (int event = 1; event <= 5; event++) {
            assertThat(leases.missed(2, SPACING, PAUSE)).as("event %d", event).isEmpty();
        }
        jdbc.sql("UPDATE attempt SET missed_at = missed_at - interval '2 seconds'")
                .update();
        assertThat(leases.missed(2, SPACING, PAUSE)).hasSize(1);
    }

    @Test
    void aHeartbeatSavesALeaseThatHasPassedUnnoticed() {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        passLease(attempt);
        AttemptRef late = leases.missed(1, SPACING, PAUSE).get(0);
        worker.send(attempt, "heartbeat", new Heartbeat(10));
        assertThat(endings.expire(late, "test")).isFalse();
    }

    @Test
    void retriesEndWithTheBudgetOfTheirClassAndFailWhatWaits() {
        Seeded trunk = aRun().insert(jdbc);
        Seeded branch = aRun().after(trunk).insert(jdbc);
        Seeded leaf = aRun().evaluating(branch).insert(jdbc);
        for (int i = 0; i < 3; i++) {
            worker.send(worker.claim(), "failure", new Failure("RESULTS_MISSING", "nothing there"));
            jdbc.sql("UPDATE run SET not_before = now()").update();
        }
        assertThat(stateOf(trunk)).isEqualTo("FAILED");
        assertThat(stateOf(branch)).isEqualTo("FAILED");
        assertThat(stateOf(leaf)).isEqualTo("FAILED");
        assertThat(history(trunk)).containsExactly("CLAIMED", "RETRIED", "CLAIMED", "RETRIED", "CLAIMED", "FAILED");
        assertThat(history(leaf)).containsExactly("START_FAILED");
    }

    @Test
    void preemptionIsFreeAndAPlatformFailureWaits() {
        Seeded run = aRun().insert(jdbc);
        for (int i = 0; i < 9; i++) {
            worker.send(worker.claim(), "failure", new Failure("PREEMPTED", "leaving"));
        }
        assertThat(stateOf(run)).isEqualTo("READY");
        Failure platform = new Failure("PLATFORM", "disk");
        Assignment attempt = worker.claim();
        worker.send(attempt, "failure", platform);
        assertThat(worker.send(attempt, "failure", platform).status()).isEqualTo(204);
        assertThat(worker.tryClaim(new ClaimRequest(null, null)).status())
                .as("not before its back-off")
                .isEqualTo(204);
    }

    @Test
    void anUnknownFailureClassIsRefused() {
        aRun().insert(jdbc);
        assertThat(worker.send(worker.claim(), "failure", new Failure("BORED", "x"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void cancellingStopsOnlyWhatNoOtherSweepNeeds() {
        UUID mine = aSweep(jdbc);
        UUID other = aSweep(jdbc);
        Seeded shared = aRun().withPriority(1).neededBy(mine).insert(jdbc);
        RunBuilder.needs(jdbc, other, shared.run());
        Seeded running = aRun().neededBy(mine).insert(jdbc);
        Seeded planned = aRun().after(running).neededBy(mine).insert(jdbc);
        worker.complete(worker.claim());
        Assignment attempt = worker.claim();
        assertThat(attempt.runId()).isEqualTo(running.run());

        assertThat(cancellation.cancelUnneeded(mine, "me", "changed my mind")).isEqualTo(2);
        assertThat(cancellation.cancelUnneeded(mine, "me", "changed my mind")).isZero();
        assertThat(stateOf(shared)).isEqualTo("SUCCEEDED");
        assertThat(stateOf(running)).isEqualTo("CANCELLED");
        assertThat(stateOf(planned)).isEqualTo("CANCELLED");
        assertThat(worker.send(attempt, "heartbeat", new Heartbeat(1))
                        .json()
                        .path("command")
                        .asString())
                .isEqualTo("stop");
        assertThat(worker.complete(attempt).code()).isEqualTo("ATTEMPT_FENCED");
        assertThat(stateOf(running)).isEqualTo("CANCELLED");
    }

    @Test
    void cancelAndCompletionRaceAndExactlyOneWins() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        for (int i = 0; i < 20; i++) {
            UUID sweep = aSweep(jdbc);
            Seeded run = aRun().neededBy(sweep).insert(jdbc);
            Assignment attempt = worker.claim();
            CyclicBarrier start = new CyclicBarrier(2);
            Future<Integer> cancelled = pool.submit(() -> {
                start.await();
                return cancellation.cancelUnneeded(sweep, "me", "race");
            });
            Future<Integer> completed = pool.submit(() -> {
                start.await();
                return worker.complete(attempt).status();
            });
            boolean won = completed.get() == 204;
            assertThat(cancelled.get()).isEqualTo(won ? 0 : 1);
            assertThat(stateOf(run)).isEqualTo(won ? "SUCCEEDED" : "CANCELLED");
        }
        pool.shutdown();
    }

    @Test
    void aRunPlannedWhileItsStartWasDecidedIsSettled() {
        Seeded trunk = aRun().insert(jdbc);
        worker.complete(worker.claim());
        Seeded late = aRun().after(trunk).insert(jdbc);
        Seeded hopeless = aRun().insert(jdbc);
        worker.send(worker.claim(), "failure", new Failure("USER", "bad"));
        Seeded orphan = aRun().after(hopeless).insert(jdbc);
        assertThat(dependants.settle()).isEqualTo(2);
        assertThat(stateOf(late)).isEqualTo("READY");
        assertThat(stateOf(orphan)).isEqualTo("FAILED");
        assertThat(dependants.settle()).isZero();
    }

    private void passLease(Assignment attempt) {
        jdbc.sql("UPDATE attempt SET lease_expires_at = now() - interval '1 second' WHERE id = ?")
                .param(attempt.attemptId())
                .update();
    }

    private String stateOf(Seeded run) {
        return jdbc.sql("SELECT state FROM run WHERE id = ?")
                .param(run.run())
                .query(String.class)
                .single();
    }

    private List<String> history(Seeded run) {
        return jdbc
                .sql("SELECT event FROM run_transition WHERE run_id = ? ORDER BY id")
                .param(run.run())
                .query(String.class)
                .list()
                .stream()
                .collect(Collectors.toList());
    }
}

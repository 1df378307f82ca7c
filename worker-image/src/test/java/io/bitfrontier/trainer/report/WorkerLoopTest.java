package io.bitfrontier.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.report.FakeService.Fault;
import io.bitfrontier.trainer.report.Fixtures.FakeTicker;
import io.bitfrontier.trainer.train.TrainingMonitor;
import io.bitfrontier.trainer.train.TrainingMonitor.Directive;
import io.bitfrontier.trainer.train.WorkExecutor;
import io.bitfrontier.trainer.train.WorkFailedException;
import io.bitfrontier.trainer.train.WorkInterruptedException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.EvaluateWork;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WorkerLoopTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final FakeService service = new FakeService();
    private final FakeTicker ticker = new FakeTicker();
    private final Shutdown shutdown = new Shutdown();

    @TempDir
    private Path scratch;

    @AfterEach
    void nothingWasSentWithoutItsTokenAndNothingStaysOnDisk() throws IOException {
        service.close();
        assertThat(service.complaints).isEmpty();
        try (Stream<Path> left = Files.list(scratch)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aRunIsClaimedTrainedAndCompletedWithAllItsRowsAndLines() {
        service.work.add(Fixtures.aTrainAssignment(3 * 1024));

        int exit = run(steps(3));

        assertThat(exit).isEqualTo(WorkerProtocol.EXIT_DONE);
        assertThat(service.rows).containsExactly(Fixtures.row(1), Fixtures.row(2), Fixtures.row(3));
        assertThat(service.resumedFrom).containsOnly(0L);
        assertThat(String.join("", service.logText)).isEqualTo("3 steps\n");
        assertThat(service.completions).containsExactly(new Completion(1, Fixtures.checkpoint(3 * 1024), null));
    }

    @Test
    void anEvaluationIsCompletedWithItsResult() {
        service.work.add(Fixtures.anEvaluateAssignment());

        assertThat(run(steps(0))).isZero();

        assertThat(service.completions).containsExactly(new Completion(0, null, Fixtures.aResult()));
    }

    @Test
    void rowsArriveOnceAndInOrderWhenTheServiceIsAwayAndAnswersAreLost() {
        service.fault("metrics", Fault.AWAY, 4)
                .fault("metrics", Fault.ANSWER_LOST, 2)
                .fault("metrics", Fault.UNAVAILABLE, 1)
                .fault("log", Fault.ANSWER_LOST, 2)
                .fault("completion", Fault.AWAY, 3)
                .fault("completion", Fault.ANSWER_LOST, 1);
        service.work.add(Fixtures.aTrainAssignment(1700 * 1024));

        assertThat(run(steps(1700))).isZero();

        assertThat(service.rows)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 1700).mapToObj(Fixtures::row).toList());
        assertThat(String.join("", service.logText)).isEqualTo("1700 steps\n");
        // the answer to the first completion was lost, so it was sent again
        assertThat(service.completions).hasSize(2);
        assertThat(service.completions.get(0)).isEqualTo(service.completions.get(1));
    }

    @Test
    void metricsThatTheServiceLostAfterAcknowledgingThemAreSentAgain() {
        service.work.add(Fixtures.aTrainAssignment(1000 * 1024));

        run(training((work, monitor) -> {
            for (long step = 1; step <= 1000; step++) {
                monitor.step(Fixtures.row(step));
            }
            service.awaitObeyed("metrics 2");
            service.loseMetricsBehind(1);
            return Fixtures.checkpoint(work.toTokens());
        }));

        assertThat(service.rows)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 1000).mapToObj(Fixtures::row).toList());
        assertThat(service.completions).hasSize(1);
    }

    @Test
    void aFencedAttemptIsGivenUpAndTheNextOneIsDone() {
        service.work.add(Fixtures.aTrainAssignment(1024));
        service.work.add(Fixtures.anEvaluateAssignment());
        service.fault("metrics", Fault.FENCED, 1);

        int exit = run(training((work, monitor) -> {
            // more rows than a batch, so that the sender is woken and learns of the fence
            for (long step = 1; monitor.directive() == Directive.CONTINUE; step++) {
                if (step <= MetricSpool.BATCH_ROWS) {
                    monitor.step(Fixtures.row(step));
                }
            }
            assertThat(monitor.directive()).isEqualTo(Directive.STOP);
            throw new WorkInterruptedException(Directive.STOP);
        }));

        assertThat(exit).isZero();
        assertThat(service.rows).isEmpty();
        assertThat(service.failures).isEmpty();
        assertThat(service.completions).containsExactly(new Completion(0, null, Fixtures.aResult()));
    }

    @Test
    void aCompletionOfAFencedAttemptEndsThere() {
        service.work.add(Fixtures.aTrainAssignment(1024));
        service.fault("completion", Fault.FENCED, 1);

        assertThat(run(steps(1))).isZero();

        assertThat(service.completions).isEmpty();
        assertThat(service.claims).hasSize(2);
    }

    @Test
    void aClaimNamesTheStateInMemory() {
        service.work.add(Fixtures.aTrainAssignment(2048));
        service.work.add(Fixtures.anEvaluateAssignment());

        run(steps(2));

        ClaimRequest holding = new ClaimRequest(Fixtures.trajectory().fingerprint(), 2048L, Fixtures.DEVICE);
        assertThat(service.claims).containsExactly(new ClaimRequest(null, null, Fixtures.DEVICE), holding, holding);
    }

    @Test
    void aClaimNamesNothingAfterATrainingThatFailed() {
        service.work.add(Fixtures.aTrainAssignment(2048));
        service.work.add(Fixtures.aTrainAssignment(4096));
        int[] calls = {0};

        run(training((work, monitor) -> {
            if (calls[0]++ == 0) {
                return Fixtures.checkpoint(work.toTokens());
            }
            throw new WorkFailedException(FailureClass.DIVERGENCE, "loss is NaN at step 3", null);
        }));

        assertThat(service.claims).last().isEqualTo(new ClaimRequest(null, null, Fixtures.DEVICE));
        assertThat(service.failures).containsExactly(new Failure("DIVERGENCE", "loss is NaN at step 3"));
    }

    @Test
    void aRunThatCannotWorkIsReportedAndTheWorkerGoesOn() {
        service.work.add(Fixtures.aTrainAssignment(1024));
        service.work.add(Fixtures.anEvaluateAssignment());

        int exit = run(failing(new WorkFailedException(FailureClass.USER, "data/x.txt is empty", null)));

        assertThat(exit).isZero();
        assertThat(service.failures).containsExactly(new Failure("USER", "data/x.txt is empty"));
        assertThat(service.completions).hasSize(1);
    }

    @Test
    void anUnexpectedExceptionIsThePlatformsAndSendsOneLineOnly() {
        service.work.add(Fixtures.aTrainAssignment(1024));

        int exit = run(failing(new IllegalStateException("no space left\n  at native frame 1\n  at native frame 2")));

        assertThat(exit).isEqualTo(WorkerProtocol.EXIT_PLATFORM);
        assertThat(service.failures).containsExactly(new Failure("PLATFORM", "no space left"));
    }

    @Test
    void exhaustedMemoryEndsTheWorkerWithItsOwnCode() {
        service.work.add(Fixtures.aTrainAssignment(1024));
        assertThat(run(failing(new OutOfMemoryError("Java heap space")))).isEqualTo(137);

        service.work.add(Fixtures.aTrainAssignment(1024));
        assertThat(run(failing(new RuntimeException("DefaultCPUAllocator: can't allocate memory: you tried 8 bytes"))))
                .isEqualTo(137);

        assertThat(service.failures)
                .extracting(Failure::failureClass)
                .containsExactly("OUT_OF_MEMORY", "OUT_OF_MEMORY");
    }

    @Test
    void onSigtermTheCheckpointIsReportedBeforeThePreemptionAndAfterItsRows() {
        service.work.add(Fixtures.aTrainAssignment(10 * 1024));

        int exit = run(training((work, monitor) -> {
            monitor.step(Fixtures.row(1));
            shutdown.request();
            assertThat(monitor.directive()).isEqualTo(Directive.CHECKPOINT_AND_LEAVE);
            monitor.checkpoint(Fixtures.checkpoint(1024));
            throw new WorkInterruptedException(Directive.CHECKPOINT_AND_LEAVE);
        }));

        assertThat(exit).isEqualTo(WorkerProtocol.EXIT_PREEMPTED);
        assertThat(service.obeyed).containsExactly("metrics 1", "checkpoint 1024", "failure");
        assertThat(service.failures).containsExactly(new Failure("PREEMPTED", "the worker was asked to leave"));
    }

    @Test
    void aLeavingWorkerGivesUpEarlyOnAServiceThatIsGone() {
        service.work.add(Fixtures.aTrainAssignment(1024));
        service.fault("failure", Fault.AWAY, 1000);
        long before = ticker.nanoTime();

        int exit = run(training((work, monitor) -> {
            shutdown.request();
            throw new WorkInterruptedException(Directive.CHECKPOINT_AND_LEAVE);
        }));

        assertThat(exit).isEqualTo(WorkerProtocol.EXIT_PREEMPTED);
        assertThat(Duration.ofNanos(ticker.nanoTime() - before)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void withALeaseThatNearlyPassesTheWorkIsCheckpointedAndReportedOnceTheServiceIsBack() {
        service.work.add(Fixtures.aTrainAssignment(10 * 1024));
        service.fault("checkpoints", Fault.AWAY, 5);

        run(training((work, monitor) -> {
            assertThat(monitor.directive()).isEqualTo(Directive.CONTINUE);
            ticker.advance(Duration.ofSeconds(Fixtures.LEASE_SECONDS - 5));
            assertThat(monitor.directive()).isEqualTo(Directive.CHECKPOINT_AND_LEAVE);
            monitor.checkpoint(Fixtures.checkpoint(5 * 1024));
            throw new WorkInterruptedException(Directive.CHECKPOINT_AND_LEAVE);
        }));

        assertThat(service.obeyed).containsExactly("checkpoint 5120", "failure");
        assertThat(service.failures)
                .containsExactly(
                        new Failure("PREEMPTED", "the service did not answer until the lease had nearly passed"));
    }

    @Test
    void metricsThatAreRefusedForGoodEndTheAttemptAsThePlatforms() {
        service.work.add(Fixtures.aTrainAssignment(1024));
        service.fault("metrics", Fault.REFUSED, 1000);

        int exit = run(training((work, monitor) -> {
            for (long step = 1; monitor.directive() == Directive.CONTINUE; step++) {
                if (step <= MetricSpool.BATCH_ROWS) {
                    monitor.step(Fixtures.row(step));
                }
            }
            throw new WorkInterruptedException(Directive.STOP);
        }));

        assertThat(exit).isEqualTo(WorkerProtocol.EXIT_PLATFORM);
        assertThat(service.failures).singleElement().satisfies(failure -> {
            assertThat(failure.failureClass()).isEqualTo("PLATFORM");
            assertThat(failure.message()).contains("refused", "400");
        });
    }

    @Test
    void anIdleWorkerLeavesAfterItsIdleTime() {
        service.statusWithoutWork = 204;
        long before = ticker.nanoTime();

        assertThat(run(steps(0))).isZero();

        assertThat(Duration.ofNanos(ticker.nanoTime() - before)).isBetween(LIMIT, LIMIT.plusSeconds(3));
        assertThat(service.claims.size()).as("claims while backing off to 2 s").isBetween(30, 50);
    }

    @Test
    void aWorkerWhoseServiceIsGoneLeaves() {
        service.fault("claims", Fault.AWAY, 1000);
        long before = ticker.nanoTime();

        assertThat(run(steps(0))).isZero();

        assertThat(Duration.ofNanos(ticker.nanoTime() - before)).isBetween(LIMIT, LIMIT.plusSeconds(3));
    }

    @Test
    void aWorkerThatIsCutOffWithAnAttemptItCouldNotReportLeavesAsPreempted() {
        service.work.add(Fixtures.aTrainAssignment(10 * 1024));
        service.fault("failure", Fault.AWAY, 1000);

        int exit = run(training((work, monitor) -> {
            ticker.advance(Duration.ofSeconds(Fixtures.LEASE_SECONDS - 5));
            assertThat(monitor.directive()).isEqualTo(Directive.CHECKPOINT_AND_LEAVE);
            service.fault("claims", Fault.AWAY, 1000);
            throw new WorkInterruptedException(Directive.CHECKPOINT_AND_LEAVE);
        }));

        assertThat(exit).isEqualTo(WorkerProtocol.EXIT_PREEMPTED);
    }

    @Test
    void aClaimAfterAnOutageGoesOnAsBefore() {
        service.fault("claims", Fault.AWAY, 5).fault("claims", Fault.UNAVAILABLE, 5);
        service.work.add(Fixtures.aTrainAssignment(1024));

        assertThat(run(steps(1))).isZero();

        assertThat(service.completions).hasSize(1);
    }

    @Test
    void aWorkerWhoseTokenIsRefusedIsAPlatformFailure() {
        service.fault("claims", Fault.UNAUTHORIZED, 1);
        assertThat(run(steps(0))).isEqualTo(WorkerProtocol.EXIT_PLATFORM);
    }

    @Test
    void anIdleWorkerThatIsAskedToLeaveLeavesAtOnce() {
        shutdown.request();
        assertThat(run(steps(0))).isEqualTo(WorkerProtocol.EXIT_PREEMPTED);
        assertThat(service.claims).isEmpty();
    }

    private int run(WorkExecutor executor) {
        WorkerConfiguration configuration = new WorkerConfiguration(
                service.url(),
                FakeService.WORKER,
                FakeService.WORKER_TOKEN,
                scratch,
                Compute.onCpu(1),
                LIMIT,
                Fixtures.DEVICE,
                LIMIT,
                LIMIT,
                LIMIT);
        return new WorkerLoop(configuration, service.client(), () -> executor, ticker, shutdown).run();
    }

    private interface Training {
        StoredCheckpoint train(TrainWork work, TrainingMonitor monitor);
    }

    private static WorkExecutor steps(long count) {
        return training((work, monitor) -> {
            monitor.started(0);
            for (long step = 1; step <= count; step++) {
                MetricRow row = Fixtures.row(step);
                monitor.step(row);
            }
            monitor.log(count + " steps");
            return Fixtures.checkpoint(work.toTokens());
        });
    }

    private static WorkExecutor failing(Throwable failure) {
        return training((work, monitor) -> {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        });
    }

    private static WorkExecutor training(Training training) {
        return new WorkExecutor() {
            @Override
            public StoredCheckpoint train(TrainWork work, Path directory, TrainingMonitor monitor) {
                assertThat(directory).isEqualTo(Path.of("/artifacts/3/17"));
                return training.train(work, monitor);
            }

            @Override
            public EvaluationResult evaluate(EvaluateWork work, TrainingMonitor monitor) {
                return Fixtures.aResult();
            }
        };
    }
}

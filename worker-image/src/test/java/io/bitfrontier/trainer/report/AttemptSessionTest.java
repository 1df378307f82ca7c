package io.bitfrontier.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.trainer.report.FakeService.Fault;
import io.bitfrontier.trainer.report.Fixtures.FakeTicker;
import io.bitfrontier.trainer.train.TrainingMonitor.Directive;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.HeartbeatReply;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The session without its background threads: what they do is called here, at moments the test chooses. */
@Timeout(60)
class AttemptSessionTest {
    private final FakeService service = new FakeService();
    private final FakeTicker ticker = new FakeTicker();
    private final Shutdown shutdown = new Shutdown();
    private AttemptSession session;

    @BeforeEach
    void open(@TempDir Path scratch) {
        session = new AttemptSession(
                Fixtures.aTrainAssignment(1 << 20),
                service.client(),
                scratch,
                new LocalCopies(scratch.resolve("checkpoints")),
                new FileTransfer(),
                ticker.nanoTime(),
                ticker,
                shutdown);
    }

    @AfterEach
    void close() {
        session.close();
        service.close();
    }

    @Test
    void heartbeatsAtAThirdOfTheLeaseKeepTrainingGoing() {
        for (int i = 0; i < 10; i++) {
            Duration wait = session.beat();
            assertThat(wait).isEqualTo(Duration.ofSeconds(20));
            ticker.advance(wait);
            assertThat(session.directive()).isEqualTo(Directive.CONTINUE);
        }
    }

    @Test
    void trainingGoesOnWhileTheServiceIsAwayUntilTheLeaseHasNearlyPassed() {
        service.fault("heartbeat", Fault.AWAY, 1000);
        Duration waited = Duration.ZERO;
        while (session.directive() == Directive.CONTINUE) {
            Duration wait = session.beat();
            ticker.advance(wait);
            waited = waited.plus(wait);
        }
        assertThat(session.directive()).isEqualTo(Directive.CHECKPOINT_AND_LEAVE);
        assertThat(waited).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(59));
        assertThat(session.stopped()).isNull();
    }

    @Test
    void nothingMayBeWrittenOnceTheLeaseHasPassedAndNoHeartbeatGivesThatBack() {
        assertThat(session.mayWrite()).isTrue();
        ticker.advance(Duration.ofSeconds(Fixtures.LEASE_SECONDS));

        assertThat(session.mayWrite()).isFalse();

        session.beat();
        assertThat(session.mayWrite()).isFalse();
        assertThat(session.directive()).isEqualTo(Directive.STOP);
    }

    @Test
    void aHeartbeatThatIsAnsweredAgainKeepsTrainingGoing() {
        service.fault("heartbeat", Fault.AWAY, 3);
        for (int i = 0; i < 20; i++) {
            ticker.advance(session.beat());
            assertThat(session.directive()).isEqualTo(Directive.CONTINUE);
        }
    }

    @Test
    void aProcessThatWasFrozenPastItsLeaseStopsBeforeItWritesAnythingEvenIfTheServiceWouldAnswer() {
        assertThat(session.directive()).isEqualTo(Directive.CONTINUE);
        ticker.advance(Duration.ofSeconds(61));

        assertThat(session.directive()).isEqualTo(Directive.STOP);

        session.beat();
        assertThat(session.directive()).isEqualTo(Directive.STOP);
        assertThat(session.stopped())
                .isEqualTo(new Report.Failed(
                        FailureClass.LOST, "the lease passed without a heartbeat that the service answered"));
    }

    @Test
    void aRequestToLeaveDoesNotOutweighALeaseThatHasPassed() {
        shutdown.request();
        assertThat(session.directive()).isEqualTo(Directive.CHECKPOINT_AND_LEAVE);
        ticker.advance(Duration.ofSeconds(61));
        assertThat(session.directive()).isEqualTo(Directive.STOP);
    }

    @Test
    void longStepsLeaveEarlierSoThatACheckpointStillFits() {
        ticker.advance(Duration.ofSeconds(14));
        assertThat(session.directive()).isEqualTo(Directive.CONTINUE);
        ticker.advance(Duration.ofSeconds(14));
        assertThat(session.directive()).isEqualTo(Directive.CONTINUE);
        ticker.advance(Duration.ofSeconds(6));
        // 26 s left, twice the longest step is 28 s
        assertThat(session.directive()).isEqualTo(Directive.CHECKPOINT_AND_LEAVE);
    }

    @Test
    void aFencedHeartbeatStopsWithoutAReport() {
        service.fault("heartbeat", Fault.FENCED, 1);
        session.beat();
        assertThat(session.directive()).isEqualTo(Directive.STOP);
        assertThat(session.stopped()).isInstanceOf(Report.Nothing.class);
    }

    @Test
    void aTokenThatIsNoLongerValidStopsWithoutAReport() {
        service.fault("heartbeat", Fault.UNAUTHORIZED, 1);
        session.beat();
        assertThat(session.directive()).isEqualTo(Directive.STOP);
        assertThat(session.stopped()).isInstanceOf(Report.Nothing.class);
    }

    @Test
    void commandsOfTheServiceBecomeDirectives() {
        service.heartbeatCommand = "a command of a later version";
        session.beat();
        assertThat(session.directive()).isEqualTo(Directive.CONTINUE);

        service.heartbeatCommand = HeartbeatReply.CHECKPOINT_AND_LEAVE;
        session.beat();
        assertThat(session.directive()).isEqualTo(Directive.CHECKPOINT_AND_LEAVE);
        assertThat(session.askedToLeave()).isTrue();

        service.heartbeatCommand = HeartbeatReply.STOP;
        session.beat();
        assertThat(session.directive()).isEqualTo(Directive.STOP);
        assertThat(session.stopped()).isInstanceOf(Report.Failed.class);
    }

    @Test
    void aCheckpointIsReportedAfterTheRowsBeforeItAndAsOftenAsNeeded() {
        service.fault("metrics", Fault.AWAY, 1).fault("checkpoints", Fault.ANSWER_LOST, 1);
        session.started(4096);
        session.step(Fixtures.row(5));
        session.checkpoint(Fixtures.checkpoint(5 * 1024));
        session.step(Fixtures.row(6));

        assertThat(session.push().status()).isEqualTo(Reply.Status.UNREACHABLE);
        assertThat(service.obeyed).isEmpty();
        assertThat(session.push().status()).isEqualTo(Reply.Status.UNREACHABLE);
        assertThat(session.push().status()).isEqualTo(Reply.Status.OK);

        assertThat(service.obeyed).containsExactly("metrics 1", "metrics 2", "checkpoint 5120", "checkpoint 5120");
        assertThat(service.resumedFrom).containsOnly(4096L);
    }
}

package io.bitfrontier.service.launch;

import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static io.bitfrontier.service.testing.RunBuilder.aSweep;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.run.WaitingReasons;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.Workers;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServiceTest
class WaitingReasonsTest {
    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Workers workers;

    @Autowired
    private WaitingReasons reasons;

    private UUID sweep;
    private Seeded run;
    private final UUID worker = UUID.randomUUID();

    @BeforeEach
    void aReadyRunAndAWorkerThatHasNotCome() {
        sweep = aSweep(jdbc);
        run = aRun().neededBy(sweep).insert(jdbc);
        workers.register(new Workers.Registration(worker, "local", "test", "local", 0, Token.generate()), 1);
    }

    @Test
    void whatItsWorkerWaitsForIsToldUntilItAsksForWork() {
        assertThat(reasons.ofRun(run.run())).isEmpty();
        workers.waits(worker, "0/3 nodes are available: insufficient nvidia.com/gpu");
        assertThat(reasons.ofRun(run.run())).hasValue("0/3 nodes are available: insufficient nvidia.com/gpu");
        assertThat(reasons.ofSweep(sweep)).isEqualTo(reasons.ofRun(run.run()));
        workers.seen(worker);
        assertThat(reasons.ofRun(run.run())).isEmpty();
        assertThat(reasons.ofSweep(sweep)).isEmpty();
    }

    @Test
    void whatItsWorkerDiedOfBeforeItCameIsTold() {
        workers.waits(worker, "waits for the scheduler");
        workers.end(worker, new Workers.Epitaph(Workers.End.LOST, "no such image", "PLATFORM", "a\0b"));
        assertThat(reasons.ofRun(run.run())).hasValue("no such image");
    }

    @Test
    void whatAWorkerWaitedForThatWasWithdrawnIsToldNoMore() {
        workers.waits(worker, "0/3 nodes are available");
        workers.withdraw(worker, "no run waits for it any more");
        assertThat(reasons.ofRun(run.run())).isEmpty();
    }

    @Test
    void ofWhatIsNotReadyThereIsNothingToTell() {
        workers.waits(worker, "waits");
        Seeded planned = aRun().inState("PLANNED").insert(jdbc);
        assertThat(reasons.ofRun(planned.run())).isEmpty();
    }
}

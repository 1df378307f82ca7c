package io.bitfrontier.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShutdownTest {
    private final Shutdown shutdown = new Shutdown();
    private final List<Integer> halted = new ArrayList<>();

    @Test
    void aSignalAsksToLeaveAndEndsTheProcessWithTheWorksOwnCode() throws InterruptedException {
        Thread work = new Thread(() -> {
            shutdown.await(Duration.ofMinutes(1));
            shutdown.finished(75);
        });
        work.start();

        shutdown.onSignal(Duration.ofMinutes(1), 99, halted::add);

        work.join();
        assertThat(halted).containsExactly(75);
        assertThat(shutdown.requested()).isTrue();
    }

    @Test
    void workThatDoesNotEndInTimeIsEnded() {
        shutdown.onSignal(Duration.ofMillis(1), 75, halted::add);
        assertThat(halted).containsExactly(75);
    }

    @Test
    void anOrdinaryExitIsLeftAlone() {
        shutdown.finished(0);
        shutdown.onSignal(Duration.ofMinutes(1), 75, halted::add);
        assertThat(halted).isEmpty();
        assertThat(shutdown.requested()).isFalse();
    }
}

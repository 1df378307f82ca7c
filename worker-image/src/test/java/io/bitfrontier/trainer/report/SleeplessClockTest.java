package io.bitfrontier.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SleeplessClockTest {
    private long awake = 5_000_000_000L;
    private OptionalLong boot = OptionalLong.of(100_000_000_000L);
    private final SleeplessClock clock = new SleeplessClock(() -> awake, () -> boot);

    @Test
    void awakeItIsTheMonotonicClockToTheNanosecond() {
        pass(Duration.ofNanos(7), Duration.ofMillis(10));
        assertThat(clock.nanoTime()).isEqualTo(5_000_000_007L);
        pass(Duration.ofSeconds(3600), Duration.ofSeconds(3600));
        assertThat(clock.nanoTime()).isEqualTo(3605_000_000_007L);
    }

    @Test
    void theMachinesSleepCounts() {
        long before = clock.nanoTime();
        pass(Duration.ZERO, Duration.ofSeconds(90));
        assertThat(clock.nanoTime() - before).isEqualTo(Duration.ofSeconds(90).toNanos());
        pass(Duration.ofSeconds(1), Duration.ofSeconds(1));
        assertThat(clock.nanoTime() - before).isEqualTo(Duration.ofSeconds(91).toNanos());
    }

    @Test
    void itNeverGoesBack() {
        pass(Duration.ZERO, Duration.ofSeconds(90));
        long before = clock.nanoTime();
        boot = OptionalLong.empty();
        assertThat(clock.nanoTime()).isEqualTo(before);
        boot = OptionalLong.of(0);
        assertThat(clock.nanoTime()).isEqualTo(before);
    }

    @Test
    void thisMachineTellsItsUptime() {
        SleeplessClock here = SleeplessClock.system();
        long first = here.nanoTime();
        assertThat(here.nanoTime()).isGreaterThanOrEqualTo(first);
    }

    private void pass(Duration waking, Duration booted) {
        awake += waking.toNanos();
        boot = OptionalLong.of(boot.getAsLong() + booted.toNanos());
    }
}

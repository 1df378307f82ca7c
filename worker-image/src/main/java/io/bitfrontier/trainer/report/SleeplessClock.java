package io.bitfrontier.trainer.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Monotonic time that also counts the machine's sleep. Linux stops {@code CLOCK_MONOTONIC}, which {@link System#nanoTime} reads,
 * while the machine is suspended, but not the database's clock, by which a lease ends; {@code /proc/uptime} is {@code
 * CLOCK_BOOTTIME}, which goes on. Its resolution is a hundredth of a second, so it only tells how long the machine slept.
 */
final class SleeplessClock {
    private static final Path UPTIME = Path.of("/proc/uptime");
    /** Differences below this are not sleep: the two clocks are not read at the same moment. */
    private static final long JITTER_NANOS = 500_000_000;

    private final LongSupplier monotonic;
    private final Supplier<OptionalLong> uptime;
    private final OptionalLong start;
    private long slept;

    /**
     * @param monotonic nanoseconds awake
     * @param uptime nanoseconds awake or asleep; empty where that is not known, which counts as awake
     */
    SleeplessClock(LongSupplier monotonic, Supplier<OptionalLong> uptime) {
        this.monotonic = monotonic;
        this.uptime = uptime;
        this.start = gap();
    }

    static SleeplessClock system() {
        return new SleeplessClock(System::nanoTime, SleeplessClock::uptime);
    }

    synchronized long nanoTime() {
        OptionalLong now = gap();
        if (start.isPresent() && now.isPresent()) {
            long asleep = now.getAsLong() - start.getAsLong();
            if (asleep > slept + JITTER_NANOS) {
                slept = asleep;
            }
        }
        return monotonic.getAsLong() + slept;
    }

    private OptionalLong gap() {
        OptionalLong up = uptime.get();
        return up.isPresent() ? OptionalLong.of(up.getAsLong() - monotonic.getAsLong()) : up;
    }

    private static OptionalLong uptime() {
        try {
            String seconds = Files.readString(UPTIME).split(" ", 2)[0];
            return OptionalLong.of((long) (Double.parseDouble(seconds) * 1e9));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}

package io.bitfrontier.trainer.report;

import java.time.Duration;

/** Monotonic time, and waiting. Not the wall clock: a lease must not move when somebody sets the time. */
interface Ticker {
    /** As {@link System#nanoTime}. It goes on while the process is stopped by a signal, and while the machine sleeps. */
    long nanoTime();

    /** Waits; returns early when the worker is asked to leave meanwhile. */
    void pause(Duration duration);

    /** The machine's own time. */
    static Ticker system(Shutdown shutdown) {
        SleeplessClock clock = SleeplessClock.system();
        return new Ticker() {
            @Override
            public long nanoTime() {
                return clock.nanoTime();
            }

            @Override
            public void pause(Duration duration) {
                if (!shutdown.requested()) {
                    shutdown.await(duration);
                    return;
                }
                try {
                    Thread.sleep(duration.toMillis());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }
}

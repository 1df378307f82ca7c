package io.bitfrontier.trainer.report;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * The request to leave: by SIGTERM, by SIGINT (a terminal's Ctrl-C reaches the whole process group) or by a test. Once
 * requested it stays requested.
 */
public final class Shutdown {
    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int exitCode;

    public void request() {
        requested.countDown();
    }

    public boolean requested() {
        return requested.getCount() == 0;
    }

    /** The work has ended; the process is to exit with {@code code}. */
    public void finished(int code) {
        exitCode = code;
        finished.countDown();
    }

    /**
     * What a signal does: asks to leave, waits for the work to end, and ends the process with the work's own exit code, which
     * the JVM would otherwise replace by 128 + signal.
     *
     * @param grace longest wait
     * @param lateCode exit code when the work has not ended by then
     * @param halt ends the process at once
     */
    public void onSignal(Duration grace, int lateCode, IntConsumer halt) {
        if (finished.getCount() == 0) {
            return;
        }
        request();
        halt.accept(await(finished, grace) ? exitCode : lateCode);
    }

    /** Registers {@link #onSignal} with this JVM. */
    public void install(Duration grace, int lateCode) {
        Runtime runtime = Runtime.getRuntime();
        runtime.addShutdownHook(new Thread(() -> onSignal(grace, lateCode, runtime::halt), "shutdown"));
    }

    /** Waits up to {@code duration} for the request; whether it came. */
    boolean await(Duration duration) {
        return await(requested, duration);
    }

    private static boolean await(CountDownLatch latch, Duration duration) {
        try {
            return latch.await(duration.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return latch.getCount() == 0;
        }
    }
}

package io.bitfrontier.service.sweep.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnstileTest {
    private final Turnstile turnstile = new Turnstile();

    @Test
    void fewAreInsideAtATimeAndAllComeThrough() throws Exception {
        CountDownLatch full = new CountDownLatch(Turnstile.AT_ONCE);
        AtomicInteger inside = new AtomicInteger();
        List<Future<Integer>> counts = new ArrayList<>();
        ExecutorService people = Executors.newFixedThreadPool(3 * Turnstile.AT_ONCE);
        for (int i = 0; i < 3 * Turnstile.AT_ONCE; i++) {
            counts.add(people.submit(() -> turnstile.pass(() -> {
                int now = inside.incrementAndGet();
                full.countDown();
                await(full);
                inside.decrementAndGet();
                return now;
            })));
        }

        for (Future<Integer> count : counts) {
            assertThat(count.get()).isBetween(1, Turnstile.AT_ONCE);
        }
        people.shutdown();
    }

    @Test
    void whoeverFailsLeavesTheTurnToOthers() {
        for (int i = 0; i <= Turnstile.AT_ONCE; i++) {
            assertThatThrownBy(() -> turnstile.pass(() -> {
                        throw new IllegalStateException("refused");
                    }))
                    .hasMessage("refused");
        }
        assertThat(turnstile.pass(() -> "in")).isEqualTo("in");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

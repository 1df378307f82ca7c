package io.bitfrontier.service.sweep.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnstileTest {
    private static final int AT_ONCE = 4;
    private static final int POINTS = 100;

    private final Turnstile turnstile = new Turnstile(AT_ONCE, POINTS, 2 * AT_ONCE, Duration.ofMinutes(5));

    @Test
    void fewAreInsideAtATimeAndAllComeThrough() throws Exception {
        CountDownLatch full = new CountDownLatch(AT_ONCE);
        AtomicInteger inside = new AtomicInteger();
        List<Future<Integer>> counts = new ArrayList<>();
        ExecutorService people = Executors.newFixedThreadPool(3 * AT_ONCE);
        for (int i = 0; i < 3 * AT_ONCE; i++) {
            counts.add(people.submit(() -> turnstile.pass(() -> 1, () -> {
                int now = inside.incrementAndGet();
                full.countDown();
                await(full);
                inside.decrementAndGet();
                return now;
            })));
        }

        for (Future<Integer> count : counts) {
            assertThat(count.get()).isBetween(1, AT_ONCE);
        }
        people.shutdown();
    }

    @Test
    void whoeverFailsLeavesTheTurnToOthers() {
        for (int i = 0; i <= AT_ONCE; i++) {
            assertThatThrownBy(() -> turnstile.pass(() -> 1, () -> {
                        throw new IllegalStateException("refused");
                    }))
                    .hasMessage("refused");
        }
        assertThat(turnstile.pass(() -> 1, () -> "in")).isEqualTo("in");
    }

    @Test
    void whoeverWaitsInVainIsRefused() {
        Turnstile impatient = new Turnstile(1, POINTS, 1, Duration.ofMillis(1));

        impatient.pass(() -> 1, () -> {
            assertRefused(impatient);
            return "in";
        });
        assertThat(impatient.pass(() -> 1, () -> "in")).isEqualTo("in");
    }

    @Test
    void whereTooManyWaitNobodyMoreDoes() {
        Turnstile narrow = new Turnstile(1, POINTS, 0, Duration.ofMinutes(5));

        narrow.pass(() -> 1, () -> {
            assertRefused(narrow);
            return "in";
        });
        assertThat(narrow.pass(() -> 1, () -> "in")).isEqualTo("in");
    }

    private static void assertRefused(Turnstile turnstile) {
        assertThatThrownBy(() -> turnstile.pass(() -> 1, () -> "in"))
                .isInstanceOfSatisfying(ProblemException.class, problem -> assertThat(problem.code())
                        .isEqualTo(ProblemCode.UNAVAILABLE));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.bitfrontier.service.sweep.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnstileRoomTest {
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void end() {
        end.countDown();
    }

    /** Goes in and stays there. */
    private CompletableFuture<Boolean> inside(Turnstile turnstile, long points) throws Exception {
        CountDownLatch in = new CountDownLatch(1);
        CompletableFuture<Boolean> stay = CompletableFuture.supplyAsync(() -> turnstile.pass(() -> points, () -> {
            in.countDown();
            try {
                return end.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }));
        assertThat(in.await(1, TimeUnit.MINUTES)).isTrue();
        return stay;
    }

    @Test
    void gridsGoInTogetherWhileThereIsRoomForTheirPoints() throws Exception {
        Turnstile turnstile = new Turnstile(4, 100, 4, Duration.ofMillis(1));
        CompletableFuture<Boolean> large = inside(turnstile, 70);

        assertThatThrownBy(() -> turnstile.pass(() -> 31, () -> true)).isInstanceOf(ProblemException.class);
        assertThat(turnstile.pass(() -> 30, () -> true)).isTrue();

        end.countDown();
        large.get(1, TimeUnit.MINUTES);
        assertThat(turnstile.pass(() -> 31, () -> true)).isTrue();
    }

    @Test
    void aGridThatIsLargerThanTheRoomGoesInAlone() throws Exception {
        Turnstile turnstile = new Turnstile(4, 100, 4, Duration.ofMillis(1));
        CompletableFuture<Boolean> huge = inside(turnstile, 1_000);

        assertThatThrownBy(() -> turnstile.pass(() -> 1, () -> true)).isInstanceOf(ProblemException.class);

        end.countDown();
        assertThat(huge.get(1, TimeUnit.MINUTES)).isTrue();
        assertThat(turnstile.pass(() -> 100, () -> true)).isTrue();
    }

    @Test
    void whoWaitsForRoomGoesInWhenThereIs() throws Exception {
        Turnstile turnstile = new Turnstile(4, 100, 4, Duration.ofMinutes(1));
        CompletableFuture<Boolean> first = inside(turnstile, 100);
        CompletableFuture<Boolean> second =
                CompletableFuture.supplyAsync(() -> turnstile.pass(() -> 100, () -> end.getCount() == 0));

        end.countDown();

        assertThat(second.get(1, TimeUnit.MINUTES)).as("went in after the end").isTrue();
        assertThat(first.get(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aDocumentThatCannotBeReadLeavesItsPlaceToOthers() {
        Turnstile turnstile = new Turnstile(1, 100, 4, Duration.ofMillis(1));

        assertThatThrownBy(() -> turnstile.pass(
                        () -> {
                            throw new IllegalArgumentException("no document");
                        },
                        () -> true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> turnstile.pass(() -> 100, () -> {
                    throw new IllegalArgumentException("no plan");
                }))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(turnstile.pass(() -> 100, () -> true)).isTrue();
    }
}

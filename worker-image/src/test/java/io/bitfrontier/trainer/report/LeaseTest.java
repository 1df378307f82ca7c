package io.bitfrontier.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.trainer.report.Fixtures.FakeTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private final FakeTicker ticker = new FakeTicker();
    private final Lease lease = new Lease(ticker::nanoTime, ticker.nanoTime(), 30);

    @Test
    void itCountsFromTheStartOfTheHeartbeatNotFromItsAnswer() {
        long startedAt = ticker.nanoTime();
        ticker.advance(Duration.ofSeconds(9));
        lease.renew(startedAt + 1, 30);
        assertThat(lease.remaining()).isEqualTo(Duration.ofSeconds(21).plusNanos(1));
    }

    @Test
    void anAnswerThatComesLateNeverShortensIt() {
        long first = ticker.nanoTime();
        ticker.advance(Duration.ofSeconds(10));
        lease.renew(ticker.nanoTime(), 30);
        lease.renew(first, 30);
        assertThat(lease.remaining()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void anAnswerFromBeforeAFreezeDoesNotReviveIt() {
        ticker.advance(Duration.ofSeconds(1));
        long startedAt = ticker.nanoTime();
        ticker.advance(Duration.ofSeconds(31));
        lease.renew(startedAt, 30);
        assertThat(lease.passed()).isTrue();
    }

    @Test
    void itHasPassedExactlyAtItsEnd() {
        ticker.advance(Duration.ofSeconds(30).minusNanos(1));
        assertThat(lease.passed()).isFalse();
        ticker.advance(Duration.ofNanos(1));
        assertThat(lease.passed()).isTrue();
    }

    @Test
    void aFifthIsKeptForTheCheckpointAndNeverMoreThanHalf() {
        ticker.advance(Duration.ofSeconds(23));
        assertThat(lease.nearlyPassed()).isFalse();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(lease.nearlyPassed()).isTrue();

        Lease slow = new Lease(ticker::nanoTime, ticker.nanoTime(), 30);
        slow.observeStep(Duration.ofSeconds(29).toNanos());
        assertThat(slow.nearlyPassed()).isFalse();
        ticker.advance(Duration.ofSeconds(15));
        assertThat(slow.nearlyPassed()).isTrue();
    }

    @Test
    void theServiceMayChangeItsLength() {
        ticker.advance(Duration.ofSeconds(1));
        lease.renew(ticker.nanoTime(), 90);
        assertThat(lease.remaining()).isEqualTo(Duration.ofSeconds(90));
        assertThat(lease.heartbeatInterval()).isEqualTo(Duration.ofSeconds(30));
    }
}

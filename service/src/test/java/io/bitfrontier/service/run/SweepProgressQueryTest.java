package io.bitfrontier.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.StoredRows;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServiceTest
class SweepProgressQueryTest {
    private final SweepProgressQuery progress;
    private final StoredRows rows;

    @Autowired
    SweepProgressQueryTest(SweepProgressQuery progress, JdbcClient jdbc) {
        this.progress = progress;
        this.rows = new StoredRows(jdbc);
    }

    @Test
    void countsAndTokensAreThoseOfTheRunsThatTheSweepNeeds() {
        UUID sweep = rows.sweep();
        long shared = rows.run(sweep, "train", "SUCCEEDED", rows.state("tiny-17k", "16", 1000));
        rows.progress(shared, 1000, 1e9);
        rows.progress(rows.run(sweep, "train", "PLANNED", rows.state("tiny-17k", "2", 3000)), 0, 6e9);
        rows.run(sweep, "evaluate", "PLANNED", rows.state("tiny-17k", "4", 7000));
        UUID other = rows.sweep();
        rows.alsoNeeded(other, shared);

        Map<UUID, SweepProgress> both = progress.of(List.of(sweep, other));

        assertThat(both.keySet()).containsExactly(sweep, other);
        SweepProgress first = both.values().iterator().next();
        assertThat(first.runs())
                .containsExactlyInAnyOrderEntriesOf(Map.of(RunState.SUCCEEDED, 1L, RunState.PLANNED, 2L));
        assertThat(first.tokensPlanned()).isEqualTo(4000);
        assertThat(first.tokensDone()).isEqualTo(1000);
        assertThat(first.tokensPerSecond()).isNull();
        assertThat(first.secondsLeft()).isNull();
        assertThat(both.get(other))
                .isEqualTo(new SweepProgress(Map.of(RunState.SUCCEEDED, 1L), 1000, 1000, null, null, List.of()));
    }

    @Test
    void theTimeLeftWeighsTokensByTheirFlops() {
        UUID sweep = rows.sweep();
        long running = rows.run(sweep, "train", "RUNNING", rows.state("tiny-17k", "16", 10_000));
        rows.progress(running, 5000, 1e6);
        rows.metrics(rows.attempt(running, 1, 0, "RUNNING"), 1000, 5000, 1000, 0);
        rows.progress(rows.run(sweep, "train", "PLANNED", rows.state("tiny-168k", "16", 10_000)), 0, 10e6);

        SweepProgress of = progress.of(sweep);

        // 1000 tokens a second at 100 FLOPs each; half of the first run and all of the second are left.
        assertThat(of.tokensPerSecond()).isEqualTo(1000);
        assertThat(of.secondsLeft()).isEqualTo((0.5e6 + 10e6) / 1e5);
    }

    @Test
    void failuresAreNamedAndBounded() {
        UUID sweep = rows.sweep();
        for (int i = 0; i < SweepProgressQuery.MOST_FAILURES + 5; i++) {
            rows.run(sweep, "train", "FAILED", rows.state("tiny-17k", "16", 1000 + i));
        }

        SweepProgress of = progress.of(sweep);

        assertThat(of.runs()).containsEntry(RunState.FAILED, 25L);
        assertThat(of.failures()).hasSize(SweepProgressQuery.MOST_FAILURES);
        assertThat(of.failures().get(0).message()).isEqualTo("the disk is full");
        assertThat(of.failures().get(0).failureClass()).isEqualTo("PLATFORM");
    }

    @Test
    void aSweepThatNeedsNothingHasNoProgress() {
        assertThat(progress.of(UUID.randomUUID()).runs()).isEmpty();
        assertThat(progress.of(List.of())).isEmpty();
    }
}

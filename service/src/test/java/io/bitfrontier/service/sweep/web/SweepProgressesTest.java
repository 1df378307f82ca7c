package io.bitfrontier.service.sweep.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.run.SweepProgress;
import io.bitfrontier.service.sweep.Sweep;
import io.bitfrontier.service.sweep.Sweeps;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.StoredRows;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServiceTest
class SweepProgressesTest {
    private final SweepProgresses progress;
    private final Sweeps sweeps;
    private final JdbcClient jdbc;
    private final StoredRows rows;
    private UUID id = UUID.randomUUID();

    @Autowired
    SweepProgressesTest(SweepProgresses progress, Sweeps sweeps, JdbcClient jdbc) {
        this.progress = progress;
        this.sweeps = sweeps;
        this.jdbc = jdbc;
        this.rows = new StoredRows(jdbc);
    }

    @BeforeEach
    void aSweepOfOneRun() {
        id = rows.sweep();
        addARun();
    }

    @Test
    void aFinishedSweepIsCountedOnce() {
        finish();
        assertThat(runs()).isEqualTo(1);

        addARun();

        assertThat(runs()).isEqualTo(1);
    }

    @Test
    void whatASweepDoesNotKnowYetOfItsRunsIsNotRemembered() {
        rows.run(id, "train", "RUNNING", rows.state("tiny-17k", "4", 1000));
        finish();
        assertThat(counts()).isEqualTo(Map.of(RunState.SUCCEEDED, 1L, RunState.RUNNING, 1L));

        settle();

        assertThat(counts()).isEqualTo(Map.of(RunState.SUCCEEDED, 2L));
    }

    @Test
    void aCancelledSweepIsCountedUntilTheRunsThatItSharedHaveEndedAndThenNoMore() {
        rows.run(id, "train", "RUNNING", rows.state("tiny-17k", "4", 1000));
        jdbc.sql("UPDATE sweep SET cancelled_at = clock_timestamp() WHERE id = ?")
                .param(id)
                .update();
        assertThat(counts()).isEqualTo(Map.of(RunState.SUCCEEDED, 1L, RunState.RUNNING, 1L));
        settle();
        assertThat(counts()).isEqualTo(Map.of(RunState.SUCCEEDED, 2L));

        addARun();

        assertThat(runs()).isEqualTo(2);
    }

    @Test
    void oneThatIsExtendedIsCountedAgainAndSoIsItsNextEnd() {
        finish();
        assertThat(runs()).isEqualTo(1);

        jdbc.sql("UPDATE sweep SET finished_at = NULL WHERE id = ?").param(id).update();
        addARun();
        assertThat(runs()).isEqualTo(2);
        addARun();
        assertThat(runs()).isEqualTo(3);

        finish();
        assertThat(runs()).isEqualTo(3);
    }

    @Test
    void aListHasEverySweepWhetherItsCountsAreRemembered() {
        UUID unfinished = rows.sweep();
        rows.run(unfinished, "train", "PLANNED", rows.state("tiny-17k", "2", 3000));
        UUID empty = rows.sweep();
        finish();
        assertThat(runs()).isEqualTo(1);

        List<Sweep> listed = List.of(sweeps.get(unfinished), sweeps.get(id), sweeps.get(empty));
        Map<UUID, SweepProgress> all = progress.of(listed);

        assertThat(all)
                .isEqualTo(Map.of(
                        id, new SweepProgress(Map.of(RunState.SUCCEEDED, 1L), 1000, 1000, null, null, List.of()),
                        unfinished, new SweepProgress(Map.of(RunState.PLANNED, 1L), 3000, 0, null, null, List.of()),
                        empty, SweepProgress.NOTHING));
        assertThat(progress.of(sweeps.get(empty))).isEqualTo(SweepProgress.NOTHING);
    }

    /** The runs that a sweep takes for running have succeeded meanwhile. */
    private void settle() {
        jdbc.sql("UPDATE sweep_run SET state = 'SUCCEEDED' WHERE sweep_id = ?")
                .param(id)
                .update();
    }

    private void addARun() {
        rows.run(id, "train", "SUCCEEDED", rows.state("tiny-17k", "16", 1000));
    }

    private void finish() {
        jdbc.sql("UPDATE sweep SET finished_at = clock_timestamp() WHERE id = ?")
                .param(id)
                .update();
    }

    private Map<RunState, Long> counts() {
        return progress.of(sweeps.get(id)).runs();
    }

    private long runs() {
        return counts().values().stream().mapToLong(Long::longValue).sum();
    }
}

package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.system.FaultRecord.Strike;
import io.bitfrontier.service.testing.Truncation;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One sweep, again and again on one plant, left alone or struck, and what it comes to. */
final class Trials<P extends Plant> {
    private static final String SWEEP = """
            apiVersion: bitfrontier/v1
            name: faults
            grid:
              model: [{layers: 2, dim: 32, heads: 2, kvHeads: 2, ffn: 64, vocab: 128}]
              tokens: [100k]
              precision: [1.58, 16]
              scheme: [ptq, {fp-then-qat: {qatFraction: 0.2, parent: stable}}, qat-from-scratch]
              quantizer: [paretoq]
              seed: [1, 2]
            data: {corpus: synthetic}
            training: {sequenceLength: 128, batchTokens: 1024, schedule: wsd, learningRate: 3e-3}
            evaluate: [perplexity, choices]
            evaluation: {windows: 64}
            """;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** What a sweep that nothing struck has come to, in this JVM; every plant gives the same. */
    private static @Nullable Outcome leftAlone;

    private final P plant;
    private final FaultRecord record;
    private final Random random;

    /** Results by point and losses by trajectory and tokens. */
    record Outcome(Map<String, String> results, Map<String, Double> curves) {}

    /** What is done to a plant at a moment that the caller has chosen. */
    interface Act<P extends Plant> {
        void on(P plant, Random random) throws Exception;
    }

    /**
     * Trials on a plant.
     *
     * @param table the file that tells what came of each strike
     */
    Trials(P plant, Path table) throws IOException {
        this.plant = plant;
        this.record = new FaultRecord(table);
        this.random = new Random(Long.getLong("faults.seed", System.nanoTime()));
    }

    P plant() {
        return plant;
    }

    static boolean knowOneLeftAlone() {
        return leftAlone != null;
    }

    /** What every struck sweep is compared with. */
    void leaveOneAlone() throws Exception {
        String sweep = plant.replicas().submit(SWEEP);
        awaitEnd(plant, sweep);
        Aftermath quiet = new Aftermath(plant.replicas().jdbc(), sweep);
        quiet.nothingIsLostOrDoubled();
        Outcome outcome = new Outcome(quiet.results(), quiet.curves());
        assertThat(outcome.results()).hasSizeGreaterThanOrEqualTo(8);
        assertThat(outcome.curves()).hasSizeGreaterThan(12);
        leftAlone = outcome;
    }

    /** A sweep that is struck while it trains comes to the same, and leaves no worker that nobody knows. */
    void strike(String name, String description, Act<? super P> act) throws Exception {
        forgetTheLastSweep();
        long begun = System.nanoTime();
        String sweep = plant.replicas().submit(SWEEP);
        Aftermath after = new Aftermath(plant.replicas().jdbc(), sweep);
        String failure = "it did not come to an end";
        try {
            plant.aBusyWorker(random);
            Fault.pause(random, 1_500);
            act.on(plant, random);
            awaitEnd(plant, sweep);
            after.nothingIsLostOrDoubled();
            assertThat(new Outcome(after.results(), after.curves())).isEqualTo(leftAlone);
            assertThat(Fault.waitUntil(
                            Duration.ofMinutes(1), () -> plant.orphans().isEmpty()))
                    .as("no worker is an orphan")
                    .isTrue();
            failure = null;
        } catch (Exception | AssertionError e) {
            failure = String.valueOf(e.getMessage()).strip();
            throw e;
        } finally {
            double seconds = (System.nanoTime() - begun) / 1e9;
            plant.heal();
            record.add(new Strike(
                    name,
                    description,
                    failure,
                    after.lostAttempts(),
                    after.refusedWrites(),
                    seconds,
                    Fault.OUTAGE.toSeconds()));
        }
    }

    /** Attempts keep their numbers, so that none finds files of an earlier one. */
    private void forgetTheLastSweep() throws SQLException {
        try (Connection connection = plant.replicas().connection()) {
            Truncation.of(connection, List.of("sweep", "trajectory", "state", "run"), Truncation.Numbers.CONTINUE);
        }
    }

    static void awaitEnd(Plant plant, String sweep) throws Exception {
        boolean ended = Fault.waitUntil(
                PATIENCE,
                () -> plant.replicas()
                                .jdbc()
                                .sql(
                                        "SELECT count(*) FROM sweep_run s JOIN run r ON r.id = s.run_id "
                                                + "WHERE s.sweep_id = CAST(? AS uuid) AND r.state IN ('PLANNED', 'READY', 'RUNNING')")
                                .param(sweep)
                                .query(Integer.class)
                                .single()
                        == 0);
        assertThat(ended).as("the sweep ends").isTrue();
    }
}

package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A sweep whose service, database and workers are killed at random moments ends with the very bits of one that was left alone,
 * every run done exactly once. {@code -Dfaults.seed=N} repeats the moments; {@code -Dfaults.rounds=N} kills more often.
 */
class FaultsIT {
    private static final String SWEEP = """
            apiVersion: bitfrontier/v1
            name: faults
            grid:
              model: [{layers: 2, dim: 32, heads: 2, kvHeads: 2, ffn: 64, vocab: 128}]
              tokens: [300k, 600k]
              precision: [1.58, 2, 16]
              scheme: [ptq, {fp-then-qat: {qatFraction: 0.2, parent: stable}}]
              quantizer: [paretoq]
              seed: [1]
            data: {corpus: synthetic}
            training: {sequenceLength: 128, batchTokens: 1024, schedule: wsd, learningRate: 3e-3}
            evaluate: [perplexity, choices]
            evaluation: {windows: 320}
            """;

    private enum Fault {
        WORKER,
        SERVICE,
        DATABASE
    }

    @Test
    void aSweepWhoseProcessesAreKilledEndsWithTheSameBits(@TempDir Path quiet, @TempDir Path struck) throws Exception {
        assumeTrue(
                RunningSystem.packaged().isPresent(),
                "SKIPPED: needs the packaged service and worker (mvn verify from the root builds them)");
        long seed = Long.getLong("faults.seed", System.nanoTime());
        System.out.println("faults.seed=" + seed);

        Map<String, String> expected;
        try (RunningSystem system = new RunningSystem(quiet)) {
            system.start();
            String sweep = system.submit(SWEEP);
            awaitEnd(system, sweep);
            expected = system.results(sweep);
        }
        assertThat(expected).hasSizeGreaterThanOrEqualTo(10);
        assertThat(expected.values()).noneMatch("not measured"::equals);

        try (RunningSystem system = new RunningSystem(struck)) {
            system.start();
            String sweep = system.submit(SWEEP);
            Map<Fault, Integer> fired = strike(system, sweep, new Random(seed));
            awaitEnd(system, sweep);
            System.out.println("faults fired: " + fired);

            assertThat(fired.keySet()).containsExactlyInAnyOrder(Fault.values());
            assertThat(system.results(sweep)).isEqualTo(expected);
            everyRunSucceededInExactlyOneAttempt(system, sweep);

            system.stop();
            assertThat(system.workers()).as("workers left behind").isEmpty();
        }
    }

    private static Map<Fault, Integer> strike(RunningSystem system, String sweep, Random random) throws Exception {
        Map<Fault, Integer> fired = new EnumMap<>(Fault.class);
        List<Fault> faults = new ArrayList<>();
        for (int round = 0; round < Integer.getInteger("faults.rounds", 1); round++) {
            faults.addAll(List.of(Fault.WORKER, Fault.SERVICE, Fault.WORKER, Fault.DATABASE));
        }
        for (Fault fault : faults) {
            TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(4000));
            switch (fault) {
                case WORKER -> {
                    List<Long> workers = awaitWorkers(system, sweep);
                    if (!workers.isEmpty()) {
                        RunningSystem.kill(workers.get(random.nextInt(workers.size())));
                        fired.merge(fault, 1, Integer::sum);
                    }
                }
                case SERVICE -> {
                    system.killService();
                    fired.merge(fault, 1, Integer::sum);
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(2000));
                    system.start();
                }
                case DATABASE -> {
                    system.postmaster().ifPresent(RunningSystem::kill);
                    fired.merge(fault, 1, Integer::sum);
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(2000));
                    system.killService();
                    system.start();
                }
            }
        }
        return fired;
    }

    private static List<Long> awaitWorkers(RunningSystem system, String sweep) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        List<Long> workers = system.workers();
        while (workers.isEmpty()
                && System.nanoTime() < deadline
                && system.state(sweep).map("RUNNING"::equals).orElse(true)) {
            TimeUnit.MILLISECONDS.sleep(100);
            workers = system.workers();
        }
        return workers;
    }

    private static void awaitEnd(RunningSystem system, String sweep) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        String state = "RUNNING";
        while (state.equals("RUNNING")) {
            assertThat(System.nanoTime())
                    .as("the sweep ends within five minutes")
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(250);
            state = system.state(sweep).orElse(state);
        }
        assertThat(state).isEqualTo("SUCCEEDED");
    }

    private static void everyRunSucceededInExactlyOneAttempt(RunningSystem system, String sweep) throws Exception {
        for (JsonNode run : system.get("/api/v1/runs?limit=1000&sweep=" + sweep).get("items")) {
            JsonNode detail = system.get("/api/v1/runs/" + run.get("id").asLong());
            int succeeded = 0;
            for (JsonNode attempt : detail.get("attemptList")) {
                succeeded += attempt.get("state").asString().equals("SUCCEEDED") ? 1 : 0;
            }
            assertThat(succeeded)
                    .as("successful attempts of run " + run.get("id"))
                    .isEqualTo(1);
        }
    }
}

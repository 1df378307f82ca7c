package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bitfrontier.service.cluster.ControlPlane;
import io.bitfrontier.service.cluster.Image;
import io.bitfrontier.service.cluster.TestNode;
import io.bitfrontier.service.cluster.WorkerCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Whole sweeps train in Jobs of a real control plane, left alone or struck by a fault at a random moment, and end with the bits
 * that local processes give, every run done exactly once and nothing left in the cluster.
 *
 * <p>{@code -Dfaults.repetitions=N} strikes each fault N times, {@code -Dfaults.seed=N} repeats the moments. The table of what
 * held is written to {@code target/faults-on-kubernetes.md}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubernetesSweepIT {
    static final Duration LEASE = Duration.ofSeconds(6);
    private static final String SWEEP = """
            apiVersion: bitfrontier/v1
            name: jobs-%s
            grid:
              model: [{layers: 2, dim: 32, heads: 2, kvHeads: 2, ffn: 64, vocab: 128}]
              tokens: [200k]
              precision: [1.58, 16]
              scheme: [ptq, {fp-then-qat: {qatFraction: 0.2, parent: stable}}]
              quantizer: [paretoq]
              seed: %s
            data: {corpus: synthetic}
            training: {sequenceLength: 128, batchTokens: 1024, schedule: wsd, learningRate: 3e-3}
            evaluate: [perplexity, choices]
            evaluation: {windows: 64}
            """;
    private static final int POINTS = 3;
    private static final int LARGEST_OBJECT = 10_000;

    private final Random random = new Random(Long.getLong("faults.seed", System.nanoTime()));
    private final FaultRecord record = new FaultRecord();
    private Map<String, String> expected = Map.of();
    private WorkerCluster cluster;
    private RunningSystem system;

    /** Every sweep trains another seed, so that none finds what an earlier one has stored. */
    static Stream<Arguments> strikes() {
        int kinds = ClusterFault.values().length;
        return IntStream.range(0, kinds * Integer.getInteger("faults.repetitions", 1))
                .mapToObj(i -> Arguments.of(ClusterFault.values()[i % kinds], i + 1));
    }

    @BeforeAll
    void theSameSweepsInProcesses(@TempDir Path local, @TempDir Path outside) throws Exception {
        ControlPlane.shared();
        assumeTrue(
                RunningSystem.packaged().isPresent(),
                "SKIPPED: needs the packaged service and worker (mvn verify from the root builds them)");
        List<Integer> seeds = strikes().map(strike -> (Integer) strike.get()[1]).toList();
        try (RunningSystem processes = new RunningSystem(local)) {
            processes.start();
            expected = awaitEnd(processes, processes.submit(SWEEP.formatted("all", seeds)));
        }
        assertThat(expected).hasSize(seeds.size() * POINTS).doesNotContainValue("not measured");

        Path home = outside.resolve("home");
        system = new RunningSystem(home);
        cluster = new WorkerCluster(
                outside.resolve("nodes"),
                home.resolve("artifacts"),
                workerImage(),
                "{local: {capacity: 2, cpu: \"1\", memory: 1Gi}}");
        cluster.addNode(Map.of());
        List<String> properties = new ArrayList<>(cluster.serviceProperties(system.address()));
        properties.add("bitfrontier.run.lease=" + LEASE.toSeconds() + "s");
        properties.add("bitfrontier.run.checkpoint-every=1s");
        properties.add("bitfrontier.launch.reconcile-every=500ms");
        properties.add("bitfrontier.launch.kubernetes.environment[BITFRONTIER_WORKER_IDLE_SECONDS]=10");
        system.configure(properties);
        system.start();
    }

    @ParameterizedTest
    @MethodSource("strikes")
    void aSweepInJobsEndsWithTheBitsOfProcesses(ClusterFault fault, int seed) throws Exception {
        long begun = System.nanoTime();
        String sweep = system.submit(SWEEP.formatted(seed, List.of(seed)));
        boolean held = false;
        try {
            ClusterFault.aBusyPod(cluster, system, random);
            noObjectIsLarge();
            ClusterFault.pause(random, 1_000);

            fault.strike(cluster, system, random);

            Map<String, String> wanted = new HashMap<>(expected);
            wanted.keySet().removeIf(point -> !point.endsWith(" " + seed));
            assertThat(awaitEnd(system, sweep)).hasSize(POINTS).isEqualTo(wanted);
            assertThat(attempts(sweep).values()).allSatisfy(attempts -> assertThat(attempts)
                    .filteredOn(attempt -> attempt.get("state").asString().equals("SUCCEEDED"))
                    .hasSize(1));
            held = true;
        } finally {
            double seconds = (System.nanoTime() - begun) / 1e9;
            List<JsonNode> all =
                    attempts(sweep).values().stream().flatMap(List::stream).toList();
            record.add(new FaultRecord.Strike(
                    fault.name(),
                    fault.description(),
                    held,
                    all.stream()
                            .filter(attempt -> !attempt.get("state").asString().equals("SUCCEEDED"))
                            .count(),
                    all.stream()
                            .mapToLong(attempt -> attempt.get("refusedWrites").asLong())
                            .sum(),
                    seconds));
        }
    }

    @AfterAll
    void nothingIsLeftInTheCluster() throws Exception {
        if (system == null) {
            return;
        }
        record.write(Path.of("target", "faults-on-kubernetes.md"));
        try (RunningSystem started = system;
                WorkerCluster joined = cluster) {
            cluster.nodes().stream().filter(TestNode::hasVanished).forEach(TestNode::delete);
            String namespace = "/namespaces/" + cluster.namespace();
            for (String left : List.of(
                    "/apis/batch/v1" + namespace + "/jobs",
                    "/api/v1" + namespace + "/pods",
                    "/api/v1" + namespace + "/secrets")) {
                cluster.admin()
                        .await(
                                left,
                                list -> list.path("items").isArray()
                                        && list.get("items").isEmpty());
            }
        }
    }

    private void noObjectIsLarge() {
        for (List<JsonNode> objects : List.of(cluster.jobs(), cluster.pods(), cluster.secrets())) {
            assertThat(objects).isNotEmpty().allSatisfy(object -> assertThat(
                            object.toString().getBytes(StandardCharsets.UTF_8).length)
                    .isLessThan(LARGEST_OBJECT));
        }
    }

    /** Of every run of the sweep. */
    private Map<Long, List<JsonNode>> attempts(String sweep) throws Exception {
        Map<Long, List<JsonNode>> attempts = new HashMap<>();
        for (JsonNode run : system.get("/api/v1/runs?limit=1000&sweep=" + sweep).get("items")) {
            long id = run.get("id").asLong();
            List<JsonNode> of = new ArrayList<>();
            system.get("/api/v1/runs/" + id).get("attemptList").forEach(of::add);
            attempts.put(id, of);
        }
        return attempts;
    }

    /** The results, once the sweep is over. */
    private static Map<String, String> awaitEnd(RunningSystem of, String sweep) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(8);
        String state = "RUNNING";
        while (state.equals("RUNNING") && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(250);
            state = of.state(sweep).orElse(state);
        }
        assertThat(state).as("state of the sweep").isEqualTo("SUCCEEDED");
        return of.results(sweep);
    }

    /** The packaged worker, started as its image starts it. */
    private static Image workerImage() {
        Path jar = RunningSystem.packaged().orElseThrow().get(1);
        return new Image.Program(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx768m",
                        "-XX:+UseSerialGC",
                        "-Dorg.bytedeco.openblas.load=mkl_rt",
                        "-cp",
                        jar + ":" + jar.resolveSibling("lib") + "/*",
                        "io.bitfrontier.trainer.Main"),
                Map.of());
    }
}

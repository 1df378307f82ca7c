package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bitfrontier.service.testing.ObjectStoreServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a sweep's artifacts lie changes nothing about its results. */
class ObjectStoreSweepIT {
    private static final String SWEEP = """
            apiVersion: bitfrontier/v1
            name: object-store
            grid:
              model: [{layers: 1, dim: 32, heads: 2, kvHeads: 2, ffn: 64, vocab: 128}]
              tokens: [50k]
              precision: [2, 16]
              scheme: [ptq, {fp-then-qat: {qatFraction: 0.2, parent: stable}}]
              quantizer: [paretoq]
              seed: [1]
            data: {corpus: synthetic}
            training: {sequenceLength: 128, batchTokens: 1024, schedule: wsd, learningRate: 3e-3}
            evaluate: [perplexity, choices]
            evaluation: {windows: 20}
            """;

    @Test
    void aSweepWhoseArtifactsLieInAnObjectStoreEndsWithTheSameBits(
            @TempDir Path local, @TempDir Path remote, @TempDir Path store) throws Exception {
        assumeTrue(
                RunningSystem.packaged().isPresent(),
                "SKIPPED: needs the packaged service and worker (mvn verify from the root builds them)");
        try (ObjectStoreServer server = ObjectStoreServer.start(store)) {
            Map<String, String> expected = results(local, List.of());

            Map<String, String> found = results(
                    remote,
                    List.of(
                            "bitfrontier.artifact-store=s3",
                            "bitfrontier.s3.bucket=" + ObjectStoreServer.BUCKET,
                            "bitfrontier.s3.endpoint=" + server.endpoint(),
                            "bitfrontier.s3.path-style=true",
                            "aws.accessKeyId=" + ObjectStoreServer.ACCESS_KEY,
                            "aws.secretAccessKey=" + ObjectStoreServer.SECRET_KEY));

            assertThat(expected).hasSize(3).doesNotContainValue("not measured");
            assertThat(found).isEqualTo(expected);
            assertThat(manifests(remote)).as("checkpoints in the home").isEmpty();
            assertThat(manifests(store)).as("checkpoints in the store").isNotEmpty();
        }
    }

    private static Map<String, String> results(Path home, List<String> settings) throws Exception {
        try (RunningSystem system = new RunningSystem(home)) {
            system.configure(settings);
            system.start();
            String sweep = system.submit(SWEEP);
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
            String state = "RUNNING";
            while (state.equals("RUNNING") && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(250);
                state = system.state(sweep).orElse(state);
            }
            assertThat(state).isEqualTo("SUCCEEDED");
            return system.results(sweep);
        }
    }

    private static List<Path> manifests(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.endsWith("manifest.json")).toList();
        }
    }
}

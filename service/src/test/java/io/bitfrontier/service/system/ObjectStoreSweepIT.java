package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bitfrontier.service.testing.ObjectStoreServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
                Replicas.packaged(),
                "SKIPPED: needs the packaged service and worker (mvn verify from the root builds them)");
        try (ObjectStoreServer server = ObjectStoreServer.start(store)) {
            Map<String, String> expected = results(local, Map.of());

            Map<String, String> found = results(
                    remote,
                    Map.of(
                            "bitfrontier.artifact-store",
                            "s3",
                            "bitfrontier.s3.bucket",
                            ObjectStoreServer.BUCKET,
                            "bitfrontier.s3.endpoint",
                            server.endpoint().toString(),
                            "bitfrontier.s3.path-style",
                            "true",
                            "aws.accessKeyId",
                            ObjectStoreServer.ACCESS_KEY,
                            "aws.secretAccessKey",
                            ObjectStoreServer.SECRET_KEY));

            assertThat(expected).hasSize(3);
            assertThat(found).isEqualTo(expected);
            assertThat(manifests(remote)).as("checkpoints in the home").isEmpty();
            assertThat(manifests(store)).as("checkpoints in the store").isNotEmpty();
        }
    }

    private static Map<String, String> results(Path home, Map<String, String> settings) throws Exception {
        try (LocalPlant plant = new LocalPlant(home, 1, 1, settings)) {
            String sweep = plant.replicas().submit(SWEEP);
            Trials.awaitEnd(plant, sweep);
            Aftermath after = new Aftermath(plant.replicas().jdbc(), sweep);
            after.nothingIsLostOrDoubled();
            Map<String, String> results = after.results();
            // Workers that leave in order take their copies of checkpoints along.
            plant.replicas().stopAll();
            return results;
        }
    }

    private static List<Path> manifests(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.endsWith("manifest.json")).toList();
        }
    }
}

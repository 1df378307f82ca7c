package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bitfrontier.service.system.FaultRecord.Strike;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
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
import tools.jackson.databind.json.JsonMapper;

/**
 * A sweep that is struck by a fault at a random moment ends with the very bits of one that was left alone, every run done
 * exactly once, on three services over one database.
 *
 * <p>{@code -Dfaults.repetitions=N} strikes each fault N times, {@code -Dfaults.only=NAME} one of them, {@code -Dfaults.seed=N} repeats the moments, and
 * {@code -Dfaults.outage=SECONDS} sets how long the database stays away.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {
    private static final String SWEEP = """
            apiVersion: bitfrontier/v1
            name: faults
            grid:
              model: [{layers: 2, dim: 32, heads: 2, kvHeads: 2, ffn: 64, vocab: 128}]
              tokens: [300k]
              precision: [1.58, 16]
              scheme: [ptq, {fp-then-qat: {qatFraction: 0.2, parent: stable}}, qat-from-scratch]
              quantizer: [paretoq]
              seed: [1, 2]
            data: {corpus: synthetic}
            training: {sequenceLength: 128, batchTokens: 1024, schedule: wsd, learningRate: 3e-3}
            evaluate: [perplexity, choices]
            evaluation: {windows: 64}
            """;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final HttpClient http = HttpClient.newHttpClient();
    private final FaultRecord record = new FaultRecord();
    private final Random random = new Random(Long.getLong("faults.seed", System.nanoTime()));
    private LocalPlant plant;
    private Map<String, String> expectedResults;
    private Map<String, Double> expectedCurves;

    static Stream<Arguments> strikes() {
        return IntStream.rangeClosed(1, Integer.getInteger("faults.repetitions", 1))
                .boxed()
                .flatMap(repetition -> Stream.of(Fault.values())
                        .filter(fault ->
                                System.getProperty("faults.only", fault.name()).equals(fault.name()))
                        .map(fault -> Arguments.of(fault, repetition)));
    }

    @BeforeAll
    void aSweepThatIsLeftAlone(@TempDir Path directory) throws Exception {
        assumeTrue(
                LocalPlant.packaged().isPresent(),
                "SKIPPED: needs the packaged service and worker (mvn verify from the root builds them)");
        plant = new LocalPlant(directory, Duration.ofSeconds(Long.getLong("faults.outage", 12)));
        String sweep = submit();
        awaitEnd(sweep);
        Aftermath quiet = new Aftermath(plant.jdbc(), sweep);
        quiet.nothingIsLostOrDoubled();
        expectedResults = quiet.results();
        expectedCurves = quiet.curves();
        assertThat(expectedResults).hasSizeGreaterThanOrEqualTo(8);
        assertThat(expectedCurves).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @MethodSource("strikes")
    void aSweepThatIsStruckEndsWithTheSameBits(Fault fault, int repetition) throws Exception {
        forgetTheLastSweep();
        long begun = System.nanoTime();
        String sweep = submit();
        Aftermath after = new Aftermath(plant.jdbc(), sweep);
        boolean held = false;
        try {
            plant.aBusyWorker(random.nextInt(plant.services()));
            Fault.pause(random, 1_500);
            fault.strike(plant, random);
            awaitEnd(sweep);
            after.nothingIsLostOrDoubled();
            assertThat(after.results()).isEqualTo(expectedResults);
            assertThat(after.curves()).isEqualTo(expectedCurves);
            everyProcessHasALivingRow();
            held = true;
        } finally {
            double seconds = (System.nanoTime() - begun) / 1e9;
            record.add(new Strike(
                    fault.name(), fault.description(), held, after.lostAttempts(), after.refusedWrites(), seconds));
            plant.heal();
        }
    }

    @AfterAll
    void nothingIsLeftBehind() throws Exception {
        if (plant == null) {
            return;
        }
        try {
            record.write(Path.of("target", "faults.md"));
            plant.stopServices();
            assertThat(plant.workers()).as("workers left behind").isEmpty();
        } finally {
            plant.close();
        }
    }

    /** Attempts keep their numbers, so that none finds files of an earlier one. */
    private void forgetTheLastSweep() {
        plant.jdbc().sql("TRUNCATE sweep, trajectory, state, run CASCADE").update();
    }

    private void everyProcessHasALivingRow() throws Exception {
        boolean agreed = Fault.waitUntil(Duration.ofMinutes(1), () -> plant.workers().stream()
                .allMatch(pid -> plant.jdbc()
                                .sql(
                                        "SELECT count(*) FROM worker WHERE state IN ('LAUNCHING', 'ACTIVE') AND external_id LIKE ?")
                                .param(pid + ":%")
                                .query(Integer.class)
                                .single()
                        == 1));
        assertThat(agreed).as("no worker is an orphan").isTrue();
    }

    private void awaitEnd(String sweep) throws Exception {
        boolean ended = Fault.waitUntil(
                PATIENCE,
                () -> plant.jdbc()
                                .sql(
                                        "SELECT count(*) FROM sweep_run s JOIN run r ON r.id = s.run_id "
                                                + "WHERE s.sweep_id = CAST(? AS uuid) AND r.state IN ('PLANNED', 'READY', 'RUNNING')")
                                .param(sweep)
                                .query(Integer.class)
                                .single()
                        == 0);
        assertThat(ended).as("the sweep ends").isTrue();
    }

    private String submit() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + plant.portOf(0) + "/api/v1/sweeps"))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/yaml")
                .POST(HttpRequest.BodyPublishers.ofString(SWEEP))
                .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        JsonNode body = JSON.readTree(answer.body());
        return body.get("id").asString();
    }
}

package io.bitfrontier.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.config.BitfrontierSettings;
import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.QueryPlans;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.Sweeping;
import io.bitfrontier.service.testing.Sweeping.Answer;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.CheckpointReport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.transaction.support.TransactionOperations;

@ServiceTest
class StateRetentionTest {
    private static final String HEAD = "apiVersion: bitfrontier/v1\nname: %s\n";
    private static final String GRID = """
            grid:
              model: [tiny-17k]
              tokens: [102400]
              precision: [2, 16]
              scheme: [fp-then-qat]
            """;

    @Autowired
    private MockMvc http;

    @Autowired
    private Workers workers;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private StateRetention retention;

    @Autowired
    private CheckpointRetention checkpoints;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private BitfrontierSettings settings;

    private Sweeping person;

    @BeforeEach
    void aPerson() {
        person = new Sweeping(http, workers);
    }

    private UUID submit(String name, String rest) {
        return person.submit(HEAD.formatted(name) + GRID + rest);
    }

    private void age() {
        jdbc.sql("UPDATE state SET stored_at = now() - interval '1 day' WHERE stored_at IS NOT NULL")
                .update();
    }

    private int evict() {
        age();
        return retention.evict();
    }

    private long count(String what) {
        return jdbc.sql("SELECT count(*) FROM " + what).query(Long.class).single();
    }

    private List<String> stored() {
        return jdbc.sql("SELECT checkpoint_uri FROM state WHERE stored_at IS NOT NULL")
                .query(String.class)
                .list();
    }

    @Test
    void anExtendableSweepKeepsEveryStateItRestsOn() {
        submit("s", "");
        person.doAll();
        assertThat(evict()).isZero();
        assertThat(count("state WHERE stored_at IS NULL")).isZero();
    }

    @Test
    void aSweepOfPointsKeepsThemAndWhatTheyAreComparedWith() {
        UUID sweep = submit("s", "limits: {keep: points}\n");
        person.doAll();
        // Trunk at 81 and 90 steps, the parent annealed at 90, the points at 100: of 81 steps alone nobody knows any
        // more.
        assertThat(evict()).isEqualTo(1);
        assertThat(jdbc.sql("SELECT s.tokens / 1024 FROM eviction e JOIN state s ON s.id = e.state_id")
                        .query(Long.class)
                        .list())
                .containsExactly(81L);
        Answer extended = person.post(
                "/api/v1/sweeps?extend=true",
                HEAD.formatted("s") + GRID + "limits: {keep: points}\nevaluation: {windows: 7}\n");
        assertThat(extended.status()).isEqualTo(200);
        assertThat(jdbc.sql("SELECT DISTINCT kind FROM run WHERE state = 'READY'")
                        .query(String.class)
                        .list())
                .containsExactly("evaluate");
        assertThat(person.doAll()).hasSize(2);
        assertThat(person.sweep(sweep).state()).isEqualTo("SUCCEEDED");
    }

    @Test
    void aSweepOfResultsKeepsNoCheckpointAndEveryResult() throws IOException {
        UUID sweep = submit("s", "limits: {keep: results}\n");
        for (int i = 0; i < 2; i++) {
            person.claim().orElseThrow().complete();
        }
        assertThat(evict()).as("runs are to start from what there is").isZero();
        person.doAll();
        Path directory = Path.of(URI.create(stored().get(0)));
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("weights"), "many");

        assertThat(evict()).isEqualTo(5);
        assertThat(directory).as("the row says that it goes before it goes").exists();
        assertThat(count("eviction WHERE removed_at IS NULL")).isEqualTo(5);
        retention.removeGoing();
        assertThat(directory).doesNotExist();
        assertThat(count("eviction WHERE removed_at IS NULL")).isZero();
        assertThat(stored()).isEmpty();
        assertThat(count("evaluation")).isEqualTo(2);
        assertThat(person.sweep(sweep).state()).isEqualTo("SUCCEEDED");
        assertThat(person.get("/api/v1/observations?sweep=" + sweep).body().path("items"))
                .hasSize(2);
    }

    @Test
    void whatWasRemovedAndIsNeededAgainIsNewWorkAndWhatIsMeasuredIsNot() {
        submit("s", "limits: {keep: results}\n");
        person.doAll();
        evict();
        retention.removeGoing();

        UUID same = submit("same", "");
        assertThat(person.sweep(same).state()).as("all is measured").isEqualTo("SUCCEEDED");
        UUID other = submit("other", "evaluation: {windows: 7}\n");
        assertThat(person.sweep(other).runs("READY")).isEqualTo(1);
        assertThat(count("run WHERE kind = 'train' AND generation = 2")).isEqualTo(5);
        assertThat(person.doAll()).hasSize(5 + 2);
        assertThat(person.sweep(other).state()).isEqualTo("SUCCEEDED");
        assertThat(stored()).hasSize(5).allMatch(uri -> uri.startsWith(artifacts()));
        assertThat(evict()).isZero();
        assertThat(person.get("/api/v1/sweeps/" + other + "/points")
                        .body()
                        .path("items")
                        .path(0)
                        .path("state")
                        .asString())
                .isEqualTo("SUCCEEDED");
    }

    private String artifacts() {
        return Path.of(settings.home().toString()).toAbsolutePath().toUri().toString();
    }

    @Test
    void anExtensionThatWouldTrainAgainWhatWasRemovedSaysSo() {
        submit("s", "limits: {keep: results}\n");
        person.doAll();
        evict();
        String more = HEAD.formatted("s") + GRID + "limits: {keep: results}\nevaluation: {windows: 7}\n";

        Answer refused = person.post("/api/v1/sweeps?extend=true", more);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.detail())
                .isEqualTo(
                        "The checkpoints of 5 states of the sweep s were removed (its limits.keep is results), so that "
                                + (90 + 9 + 10 + 10) * 1024
                                + " tokens would be trained again; extend it with retrain to do so");
        assertThat(count("run WHERE state = 'READY'")).isZero();
        assertThat(person.post("/api/v1/sweeps?extend=true&retrain=true", more).status())
                .isEqualTo(200);
        assertThat(person.doAll()).hasSize(5 + 2);
    }

    @Test
    void aSubmissionThatCameFirstKeepsWhatItNeeds() {
        UUID first = submit("first", "");
        person.doAll();
        person.send(HttpMethod.PUT, "/api/v1/sweeps/" + first + "/cancellation");
        age();
        List<Long> found = jdbc.sql(StateRetention.CANDIDATES)
                .param("age", 0)
                .param("most", 100)
                .query(Long.class)
                .list();
        assertThat(found).hasSize(5);

        submit("second", "evaluation: {windows: 7}\nlimits: {keep: points}\n");
        assertThat(retention.evict(found)).as("but for the trunk at 81 steps").isEqualTo(1);
        assertThat(person.doAll()).hasSize(2);
    }

    @Test
    void aYoungStateStays() {
        UUID sweep = submit("s", "");
        person.doAll();
        person.send(HttpMethod.PUT, "/api/v1/sweeps/" + sweep + "/cancellation");
        assertThat(retention.evict()).isZero();
        assertThat(evict()).isEqualTo(5);
    }

    @Test
    void aRetriedRunGoesOnFromTheCheckpointOfItsCancelledGenerationAndNotOfAFailedOne() {
        UUID sweep = submit("s", "");
        Sweeping.Working first = person.claim().orElseThrow();
        first.worker()
                .send(
                        first.assignment(),
                        "checkpoints",
                        new CheckpointReport(ProtocolClient.checkpoint(first.assignment(), 51_200)));
        person.send(HttpMethod.PUT, "/api/v1/sweeps/" + sweep + "/cancellation");
        checkpoints.removeUnneeded();
        person.send(HttpMethod.POST, "/api/v1/sweeps/" + sweep + "/retry");

        Sweeping.Working second = person.claim().orElseThrow();
        assertThat(second.assignment().runId()).isNotEqualTo(first.assignment().runId());
        var resume = ProtocolClient.training(second.assignment()).resume();
        assertThat(resume).isNotNull();
        assertThat(jdbc.sql("SELECT resumed_from_tokens FROM attempt ORDER BY id DESC LIMIT 1")
                        .query(Long.class)
                        .single())
                .isEqualTo(51_200);
        second.fail("USER");
        person.send(HttpMethod.POST, "/api/v1/sweeps/" + sweep + "/retry");
        jdbc.sql("UPDATE run SET state = 'FAILED', failure_class = 'USER' WHERE state = 'CANCELLED'")
                .update();
        assertThat(ProtocolClient.training(person.claim().orElseThrow().assignment())
                        .resume())
                .isNull();
        checkpoints.removeUnneeded();
        assertThat(count("checkpoint")).isZero();
    }

    @Test
    void storageIsShownForEverythingAndForASweep() {
        UUID one = submit("one", "");
        person.doAll();
        UUID two = submit("two", "");
        Answer all = person.get("/api/v1/storage");
        assertThat(all.body().path("states").asInt()).isEqualTo(5);
        assertThat(all.body().path("bytes").asInt()).isEqualTo(50);
        assertThat(all.body().path("sharedBytes").asInt()).isEqualTo(50);
        person.send(HttpMethod.PUT, "/api/v1/sweeps/" + two + "/cancellation");
        assertThat(person.get("/api/v1/storage?sweep=" + one)
                        .body()
                        .path("sharedBytes")
                        .asInt())
                .isZero();
        person.send(HttpMethod.PUT, "/api/v1/sweeps/" + one + "/cancellation");
        evict();
        assertThat(person.get("/api/v1/storage").body().path("goingBytes").asInt())
                .isEqualTo(50);
        retention.removeGoing();
        assertThat(person.get("/api/v1/storage?sweep=" + one)
                        .body()
                        .path("removedStates")
                        .asInt())
                .isEqualTo(5);
        assertThat(person.get("/api/v1/storage?sweep=" + UUID.randomUUID()).status())
                .isEqualTo(404);
    }

    @Test
    void retentionReadsNoWholeTableOfRunsOrPoints() {
        submit("s", "");
        String plan = QueryPlans.of(
                jdbc,
                transactions,
                StateRetention.CANDIDATES.replace(":age", "600").replace(":most", "500"));
        assertThat(plan).doesNotContain("Seq Scan on run", "Seq Scan on grid_point", "Seq Scan on sweep_run");
        assertThat(plan).as("states and runs are not joined pair by pair").doesNotContain(" OR ");
    }
}

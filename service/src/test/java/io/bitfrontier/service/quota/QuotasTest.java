package io.bitfrontier.service.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.Sweeping;
import io.bitfrontier.service.testing.Sweeping.Answer;
import io.bitfrontier.service.worker.Workers;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;

@ServiceTest
class QuotasTest {
    private static final String GRID = """
            grid:
              model: [tiny-17k]
              tokens: [102400]
              precision: [16]
              seed: [%d]
            """;

    @Autowired
    private MockMvc http;

    @Autowired
    private Workers workers;

    @Autowired
    private JdbcClient jdbc;

    private Sweeping person;
    private String project;

    @BeforeEach
    void aProject() {
        person = new Sweeping(http, workers);
        project = "p-" + UUID.randomUUID();
        jdbc.sql("INSERT INTO project (name) VALUES (?)").param(project).update();
    }

    private String path() {
        return "/api/v1/projects/" + project + "/quota";
    }

    private String document(int seed) {
        return "apiVersion: bitfrontier/v1\nname: s" + seed + "\nproject: " + project + "\n" + GRID.formatted(seed);
    }

    @Test
    void aQuotaIsSetAsAWholeAndTheOldOneIsKept() {
        assertThat(person.get(path()).body().path("quota").size()).isZero();
        Answer set = person.put(path(), "{\"maxWorkers\": 4, \"gpuHours\": 10}");
        assertThat(set.body().path("quota").path("maxWorkers").asInt()).isEqualTo(4);
        assertThat(person.put(path(), "{\"maxWorkers\": 4, \"gpuHours\": 10}").status())
                .isEqualTo(200);
        assertThat(person.put(path(), "{\"gpuHoursPerMonth\": 2.5}")
                        .body()
                        .path("quota")
                        .size())
                .isEqualTo(1);
        assertThat(jdbc.sql("SELECT count(*) FROM project_quota")
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
        Answer wrong = person.put(path(), "{\"maxWorkers\": -1, \"gpuHours\": -0.5}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.body().path("violations")).hasSize(2);
        assertThat(person.get("/api/v1/projects/none/quota").status()).isEqualTo(404);
    }

    @Test
    void noMoreLivingSweepsThanTheQuotaAllows() {
        person.put(path(), "{\"maxLivingSweeps\": 1}");
        UUID first = person.submit(document(1));
        Answer refused = person.post("/api/v1/sweeps", document(2));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body().path("code").asString()).isEqualTo("QUOTA_REACHED");
        assertThat(refused.detail())
                .isEqualTo("The project " + project + " has used 1 of its 1 living sweeps (quota maxLivingSweeps)");
        assertThat(person.post("/api/v1/sweeps", document(1)).status())
                .as("it is there already")
                .isEqualTo(200);

        person.doAll();
        UUID second = person.submit(document(2));
        person.send(HttpMethod.PUT, "/api/v1/sweeps/" + second + "/cancellation");
        person.submit(document(3));
        assertThat(person.send(HttpMethod.POST, "/api/v1/sweeps/" + second + "/retry")
                        .status())
                .isEqualTo(409);
        assertThat(person.send(HttpMethod.POST, "/api/v1/sweeps/" + first + "/retry")
                        .status())
                .as("nothing of it is to be done")
                .isEqualTo(200);
    }

    @Test
    void gpuHoursThatAreUsedUpRefuseSubmissionsAndStopWhatIsThere() {
        UUID sweep = person.submit(document(1));
        person.claim().orElseThrow().complete();
        jdbc.sql("UPDATE attempt SET started_at = ended_at - interval '90 minutes'")
                .update();
        person.put(path(), "{\"gpuHoursPerMonth\": 1.5}");

        assertThat(person.claim()).isEmpty();
        Answer refused = person.post("/api/v1/sweeps", document(2));
        assertThat(refused.detail())
                .isEqualTo("The project " + project
                        + " has used 1.50 of its 1.50 GPU-hours this month (quota gpuHoursPerMonth)");
        assertThat(person.get(path()).body().path("use").path("gpuHours").asDouble())
                .isEqualTo(1.5);
        person.put(path(), "{\"gpuHoursPerMonth\": 2}");
        assertThat(person.claim()).isPresent();
        assertThat(person.sweep(sweep).body().path("use").path("workers").asInt())
                .isEqualTo(1);
    }
}

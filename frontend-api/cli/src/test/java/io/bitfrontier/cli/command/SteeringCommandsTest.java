package io.bitfrontier.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.cli.Samples;
import org.junit.jupiter.api.Test;

class SteeringCommandsTest extends CommandFixture {
    @Test
    void pausingAndResumingSayWhatBecomesOfTheRuns() {
        api.on("PUT /api/v1/sweeps/" + Samples.ID + "/pause?drain=true", 200, Samples.running(10, 1_000_000))
                .on("PUT /api/v1/sweeps/" + Samples.ID + "/pause?drain=false", 200, Samples.running(10, 1_000_000))
                .on("DELETE /api/v1/sweeps/" + Samples.ID + "/pause", 200, Samples.running(10, 1_000_000));

        assertThat(terminal.run("pause", Samples.ID)).isZero();
        assertThat(terminal.run("pause", "--finish-running", Samples.ID)).isZero();
        assertThat(terminal.run("resume", Samples.ID)).isZero();

        assertThat(terminal.out()).isEqualTo("""
                Sweep demo is paused; 2 runs go to a checkpoint.
                Sweep demo is paused; 2 runs may end.
                Sweep demo goes on: 10 of 70 runs are done.
                """);
    }

    @Test
    void limitsAreShownAndChangedByName() {
        String sweep = Samples.running(10, 1_000_000).replace("\"plan\":", """
                        "stateReason": "0.5 of 0.5 GPU-hours are used",
                        "limits": {"priority": 3, "maxWorkers": 4, "keep": "points"},
                        "use": {"workers": 2, "gpuHours": 0.5}, "plan":""").replace("\"RUNNING\",", "\"STOPPED\",");
        api.on("GET /api/v1/sweeps/" + Samples.ID, 200, sweep)
                .on("PATCH /api/v1/sweeps/" + Samples.ID + "/limits", 200, sweep);

        assertThat(terminal.run("limits", Samples.ID)).isZero();
        assertThat(terminal.out()).isEqualTo("""
                Sweep demo: STOPPED: 0.5 of 0.5 GPU-hours are used
                Priority: 3
                Workers: 2 now, at most 4
                GPU-hours: 0.50 used, no limit
                Deadline: none
                Keeps: points
                """);
        assertThat(terminal.run("limits", Samples.ID, "--gpu-hours", "none", "--max-workers", "4", "--keep=points"))
                .isZero();
        assertThat(api.requests().get(1).body()).isEqualTo("{\"maxWorkers\":4,\"gpuHours\":null,\"keep\":\"points\"}");
        assertThat(terminal.run("limits", Samples.ID, "--max-workers", "many")).isEqualTo(2);
        assertThat(terminal.err()).contains("--max-workers: 'many' is neither a number nor 'none'");
    }

    @Test
    void aRetryAndAnExtensionSayWhatIsToDo() {
        api.on("POST /api/v1/sweeps/" + Samples.ID + "/retry", 200, Samples.running(10, 1_000_000))
                .on("POST /api/v1/sweeps/" + Samples.ID + "/retry", 200, Samples.succeeded())
                .on("POST /api/v1/sweeps?extend=true&retrain=true", 200, Samples.running(10, 1_000_000));

        assertThat(terminal.run("retry", Samples.ID)).isZero();
        assertThat(terminal.run("retry", Samples.ID)).isZero();
        assertThat(terminal.run("submit", "--extend", "--retrain", document.toString()))
                .isZero();

        assertThat(terminal.out()).startsWith("""
                Sweep demo goes on: 60 of 70 runs are to do.
                Sweep demo has nothing to do again: SUCCEEDED.
                Sweep demo (%s) is as the document says: running.
                """.formatted(Samples.ID));
    }

    @Test
    void retrainingWithoutExtendingIsAWrongUsage() {
        assertThat(terminal.run("submit", "--retrain", document.toString())).isEqualTo(2);
        assertThat(terminal.err()).contains("--retrain needs --extend");
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void projectsAreMadeAndListed() {
        String project = "{\"name\": \"nlp\", \"createdAt\": \"2026-01-01T00:00:00Z\"}";
        api.on("PUT /api/v1/projects/nlp", 201, project)
                .on("PUT /api/v1/projects/nlp", 200, project)
                .on("GET /api/v1/projects?limit=100", 200, "{\"items\": [" + project + "]}");

        assertThat(terminal.run("project", "add", "nlp")).isZero();
        assertThat(terminal.run("project", "add", "nlp")).isZero();
        assertThat(terminal.run("project", "list")).isZero();
        assertThat(terminal.run("project")).isEqualTo(2);

        assertThat(terminal.out())
                .startsWith("Project nlp is made.\nProject nlp was there already.\nNAME")
                .contains("nlp");
    }

    @Test
    void aQuotaChangesByNameAndKeepsTheRest() {
        String path = "/api/v1/projects/default/quota";
        String standing = """
                {"project": "default", "quota": {"maxWorkers": 8, "gpuHours": 100.5},
                 "use": {"workers": 3, "gpuHoursOfMonth": 1.25, "gpuHours": 7.5, "livingSweeps": 2}}""";
        api.on("GET " + path, 200, standing).on("PUT " + path, 200, standing);

        assertThat(terminal.run("quota", "default")).isZero();
        assertThat(terminal.out()).isEqualTo("""
                Project default
                Workers: 3 now, at most 8
                GPU-hours this month: 1.25, no bound
                GPU-hours: 7.50, at most 100.5
                Living sweeps: 2, no bound
                """);
        assertThat(terminal.run("quota", "default", "--gpu-hours", "none", "--max-sweeps", "5"))
                .isZero();
        assertThat(api.requests().get(2).body()).isEqualTo("{\"maxWorkers\":8,\"maxLivingSweeps\":5}");
        assertThat(terminal.run("quota", "default", "--gpu-hours", "lots")).isEqualTo(2);
    }

    @Test
    void cancelGoesByTheId() {
        api.on(
                "PUT /api/v1/sweeps/" + Samples.ID + "/cancellation",
                200,
                Samples.sweep(
                        "CANCELLED",
                        "{\"runs\": {\"SUCCEEDED\": 3, \"CANCELLED\": 67}, \"tokensPlanned\": 9, \"tokensDone\": 1}"));

        assertThat(terminal.run("cancel", Samples.ID)).isZero();
        assertThat(terminal.out()).isEqualTo("Sweep demo is cancelled; 3 of 70 runs had finished.\n");
    }
}

package io.bitfrontier.cli.demo;

import io.bitfrontier.cli.FakeApi;
import io.bitfrontier.cli.Samples;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Stands for the service process: answers a sweep that ends at the third look, or misbehaves as it is told. */
final class FakeService {
    private FakeService() {}

    public static void main(String[] arguments) throws InterruptedException {
        List<String> how = Arrays.asList(arguments);
        int port = Integer.parseInt(System.getenv("SERVER_PORT"));
        System.out.println("home " + System.getenv("BITFRONTIER_HOME"));
        if (how.contains("dies-at-start")) {
            System.out.println("The disk is full");
            System.exit(3);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("stopped in order")));
        try (FakeApi api = new FakeApi(port)) {
            answer(api, how);
            while (!how.contains("dies-while-training") || !api.lines().contains("GET /api/v1/sweeps/" + Samples.ID)) {
                Thread.sleep(Duration.ofMillis(20).toMillis());
            }
            System.out.println("Out of memory");
            System.exit(4);
        }
    }

    static void answer(FakeApi api, List<String> how) {
        String sweep = "GET /api/v1/sweeps/" + Samples.ID;
        String end = how.contains("fails") ? Samples.failed() : Samples.succeeded();
        boolean trains = !how.contains("is-done");
        if (how.contains("was-cancelled")) {
            end = Samples.sweep(
                    "CANCELLED", "{\"runs\": {\"CANCELLED\": 70}, \"tokensPlanned\": 1, \"tokensDone\": 0}");
            trains = false;
        }
        api.on("GET /api/v1/catalog", 200, "{}")
                .on("GET /api/v1/frontiers?sweep=" + Samples.ID, 200, Samples.frontier());
        if (how.contains("conflicts")) {
            api.on("POST /api/v1/sweeps", 409, """
                    {"type": "t", "title": "Conflict", "status": 409, "code": "SWEEP_CONFLICT",
                     "detail": "A sweep named demo has another document"}""");
        } else if (trains) {
            api.on("POST /api/v1/sweeps", 201, Samples.running(0, 0));
            api.on(sweep, 200, Samples.running(1, 1_000_000));
            if (!how.contains("dies-while-training") && !how.contains("never-ends")) {
                api.on(sweep, 200, Samples.running(50, 5_000_000)).on(sweep, 200, end);
            }
        } else {
            api.on("POST /api/v1/sweeps", 200, end);
        }
        // Last: whoever finds it ready asks the rest at once.
        api.on("GET /actuator/health/readiness", 200, "{\"status\": \"UP\"}");
    }
}

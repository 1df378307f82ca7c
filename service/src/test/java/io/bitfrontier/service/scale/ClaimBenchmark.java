package io.bitfrontier.service.scale;

import io.bitfrontier.service.BitfrontierService;
import io.bitfrontier.service.run.Demand;
import io.bitfrontier.service.testing.RunBuilder;
import io.bitfrontier.service.worker.Token;
import io.bitfrontier.service.worker.Workers;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/**
 * Measures claims over HTTP while 1 000 to 100 000 READY runs stand in the queues of 1 to 100 sweeps, on the embedded, durable
 * server in a fresh home: a new worker asks, as the first of its Job does. Half of the sweeps are paused, and every tenth has a
 * limit of workers.
 */
public final class ClaimBenchmark {
    private static final int CLAIMS = 300;
    private static final int WARM_UP = 200;

    private ClaimBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Files.createTempDirectory("bitfrontier-claims-");
        try (ConfigurableApplicationContext service = SpringApplication.run(
                BitfrontierService.class,
                "--bitfrontier.home=" + home,
                "--bitfrontier.background=false",
                "--server.port=0",
                "--logging.level.root=warn")) {
            System.out.println("| READY runs | sweeps | claim, median ms | claim, p95 ms | demand ms | pause all ms |");
            System.out.println("|---|---|---|---|---|---|");
            claims(service, WARM_UP, new double[WARM_UP]);
            for (int runs : new int[] {1_000, 10_000, 100_000}) {
                for (int sweeps : new int[] {2, 100}) {
                    measure(service, runs, sweeps);
                }
            }
        } finally {
            FileSystemUtils.deleteRecursively(home);
        }
        System.exit(0);
    }

    private static void measure(ConfigurableApplicationContext service, int runs, int sweeps) throws Exception {
        JdbcClient jdbc = service.getBean(JdbcClient.class);
        jdbc.sql("UPDATE sweep SET cancelled_at = now()").update();
        jdbc.sql("UPDATE sweep_run SET state = 'SUCCEEDED'").update();
        jdbc.sql("UPDATE run SET state = 'CANCELLED', finished_at = now() WHERE state = 'READY'")
                .update();
        for (int sweep = 0; sweep < sweeps; sweep++) {
            fill(jdbc, RunBuilder.aSweep(jdbc), sweep, runs / sweeps);
        }
        jdbc.sql("VACUUM ANALYZE").update();
        double[] millis = new double[CLAIMS];
        claims(service, CLAIMS, millis);
        Arrays.sort(millis);
        Demand demand = service.getBean(Demand.class);
        double counted = millis(() -> demand.readyByClass());
        double paused = millis(() -> jdbc.sql("UPDATE sweep SET paused_at = now() WHERE cancelled_at IS NULL")
                .update());
        System.out.printf(
                "| %,d | %d | %.1f | %.1f | %.1f | %.1f |%n",
                runs, sweeps, millis[CLAIMS / 2], millis[CLAIMS * 95 / 100], counted, paused);
    }

    private static void fill(JdbcClient jdbc, UUID sweep, int number, int runs) {
        jdbc.sql("""
                        UPDATE sweep SET priority = ?, paused_at = CASE WHEN ? THEN now() END,
                          max_workers = CASE WHEN ? THEN 5 END WHERE id = ?
                        """)
                .params(number % 3, number % 2 == 1, number % 10 == 8, sweep)
                .update();
        RunBuilder.Seeded one = RunBuilder.aRun().neededBy(sweep).insert(jdbc);
        jdbc.sql("""
                        WITH states AS (
                          INSERT INTO state (trajectory_id, tokens) SELECT ?, 10000 + n FROM generate_series(1, ?) n RETURNING id),
                        runs AS (
                          INSERT INTO run (kind, target_state_id, state, critical_path_flops, from_tokens, to_tokens, progress_tokens)
                          SELECT 'train', id, 'READY', random(), 0, 1000, 0 FROM states RETURNING id, critical_path_flops)
                        INSERT INTO sweep_run (sweep_id, run_id, state, critical_path_flops)
                        SELECT ?, id, 'READY', critical_path_flops FROM runs
                        """).params(one.trajectory(), runs - 1, sweep).update();
    }

    private static void claims(ConfigurableApplicationContext service, int claims, double[] millis) throws Exception {
        Workers workers = service.getBean(Workers.class);
        String port = service.getEnvironment().getRequiredProperty("local.server.port");
        HttpClient http = HttpClient.newHttpClient();
        for (int i = 0; i < claims; i++) {
            UUID worker = UUID.randomUUID();
            Token token = Token.generate();
            workers.register(
                    new Workers.Registration(worker, "local", "benchmark", "local", 0, token), Integer.MAX_VALUE);
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port + "/api/v1/workers/" + worker + "/claims"))
                    .header("Authorization", "Bearer " + token.secret())
                    .header("Bitfrontier-Protocol", "1")
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                    .build();
            long start = System.nanoTime();
            http.send(request, HttpResponse.BodyHandlers.discarding());
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
    }

    private static double millis(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }
}

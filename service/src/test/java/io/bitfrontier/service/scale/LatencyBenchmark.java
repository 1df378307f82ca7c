package io.bitfrontier.service.scale;

import io.bitfrontier.service.BitfrontierService;
import io.bitfrontier.service.run.Demand;
import io.bitfrontier.service.worker.Workers;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/**
 * How long the questions take that people, dashboards and workers ask again and again, over HTTP and one after another, on the
 * embedded, durable server with a generated database: 100 000 runs unless the argument says otherwise. Half of them belong to one
 * sweep. The first tenth of each question's rounds is not counted.
 */
public final class LatencyBenchmark {
    private static final int ROUNDS = 200;

    private LatencyBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int runs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
        Path home = Files.createTempDirectory("bitfrontier-latency-");
        try (ConfigurableApplicationContext service = SpringApplication.run(
                BitfrontierService.class,
                "--bitfrontier.home=" + home,
                "--bitfrontier.background=false",
                "--server.port=0",
                "--logging.level.root=warn")) {
            JdbcClient jdbc = service.getBean(JdbcClient.class);
            ManyRuns many = ManyRuns.insert(jdbc, runs / 2);
            System.out.printf(
                    "%,d runs, %,d sweeps, %d rounds%n",
                    jdbc.sql("SELECT count(*) FROM run").query(Long.class).single(),
                    jdbc.sql("SELECT count(*) FROM sweep").query(Long.class).single(),
                    ROUNDS);
            System.out.println("| question | p50 ms | p95 ms | longest ms |");
            System.out.println("|---|---|---|---|");
            for (Map.Entry<String, Callable<?>> question :
                    questions(service, many).entrySet()) {
                measure(question.getKey(), question.getValue());
            }
            many.finishOthers();
            HttpClient http = HttpClient.newHttpClient();
            measure("sweeps, all but the large one finished", () -> get(http, api(service, "sweeps")));
        } finally {
            FileSystemUtils.deleteRecursively(home);
        }
        System.exit(0);
    }

    private static Map<String, Callable<?>> questions(ConfigurableApplicationContext service, ManyRuns many) {
        HttpClient http = HttpClient.newHttpClient();
        URI address = api(service, "");
        long run = many.curve();
        Map<String, Callable<?>> questions = new LinkedHashMap<>();
        Map<String, String> paths = new LinkedHashMap<>();
        paths.put("runs", "runs");
        paths.put("runs of a state", "runs?state=READY");
        paths.put("runs of a rare state", "runs?state=FAILED");
        paths.put("runs of a kind", "runs?kind=evaluate");
        paths.put("runs of a state and a kind", "runs?state=FAILED&kind=evaluate");
        paths.put("runs of the large sweep", "runs?sweep=" + many.large);
        paths.put("its failed runs", "runs?state=FAILED&sweep=" + many.large);
        paths.put("its failed evaluations", "runs?state=FAILED&kind=evaluate&sweep=" + many.large);
        paths.put("sweeps, all of them", "sweeps");
        paths.put("the large sweep (watch)", "sweeps/" + many.large);
        paths.put("a sweep of 1 000 runs (watch)", "sweeps/" + many.small());
        paths.put("points of the large sweep", "sweeps/" + many.large + "/points");
        paths.put("observations of the large sweep", "observations?sweep=" + many.large);
        paths.put("a run", "runs/" + run);
        paths.put("its history", "runs/" + run + "/history");
        paths.put("its curve of 5 000 rows", "runs/" + run + "/metrics");
        paths.put("a run's log", "runs/" + run + "/log");
        paths.forEach((name, path) -> questions.put(name, () -> get(http, api(service, path))));
        IdleWorker worker = new IdleWorker(http, service.getBean(Workers.class));
        questions.put("claim and completion", () -> {
            var claimed = worker.claim(address);
            if (claimed.isEmpty()) {
                throw new IllegalStateException("nothing to claim");
            }
            worker.complete(address, claimed.get());
            return Optional.empty();
        });
        questions.put("demand", () -> service.getBean(Demand.class).readyByClass());
        questions.put("living workers", () -> service.getBean(Workers.class).living("local", "benchmark"));
        return questions;
    }

    private static URI api(ConfigurableApplicationContext service, String path) {
        return URI.create(
                "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port") + "/api/v1/" + path);
    }

    private static String get(HttpClient http, URI uri) throws Exception {
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(uri + " answers " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    private static void measure(String name, Callable<?> question) throws Exception {
        List<Double> millis = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            question.call();
            if (round >= ROUNDS / 10) {
                millis.add((System.nanoTime() - start) / 1e6);
            }
        }
        millis.sort(Double::compare);
        System.out.printf(
                "| %s | %.1f | %.1f | %.1f |%n",
                name,
                millis.get(millis.size() / 2),
                millis.get(millis.size() * 95 / 100),
                millis.get(millis.size() - 1));
    }
}

package io.bitfrontier.service.scale;

import io.bitfrontier.service.BitfrontierService;
import io.bitfrontier.service.cluster.Image;
import io.bitfrontier.service.cluster.WorkerCluster;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/**
 * How long it takes from sending a sweep to its first Job on a real API server: the service with its embedded, durable PostgreSQL
 * and its usual settings beside a control plane without nodes. Every round submits a sweep of one run, and looks every 5 ms whether its
 * Job is there; no node ever takes one, so that each round needs a Job of its own. The first two rounds warm the JVM up and are not counted.
 *
 * <p>It needs {@code KUBEBUILDER_ASSETS}, as {@code .ci/control-plane/build} prints it. The argument is the number of rounds.
 */
public final class FirstJobBenchmark {
    private static final int WARM_UP = 2;

    private final WorkerCluster cluster;
    private final URI service;
    private final HttpClient http = HttpClient.newHttpClient();

    private FirstJobBenchmark(WorkerCluster cluster, URI service) {
        this.cluster = cluster;
        this.service = service;
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
        Path home = Files.createTempDirectory("bitfrontier-first-job-");
        try (WorkerCluster cluster = new WorkerCluster(
                home.resolve("nodes"),
                home.resolve("artifacts"),
                Image.Program.shell(),
                "{local: {capacity: 1000, cpu: \"1\", memory: 1Gi}}")) {
            URI address = URI.create("http://127.0.0.1:" + freePort());
            Map<String, String> settings = new HashMap<>(cluster.serviceSettings(address));
            settings.put("server.port", Integer.toString(address.getPort()));
            settings.put("bitfrontier.home", home.resolve("home").toString());
            settings.put("logging.level.root", "warn");
            try (ConfigurableApplicationContext started = SpringApplication.run(
                    BitfrontierService.class,
                    settings.entrySet().stream()
                            .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                            .toArray(String[]::new))) {
                new FirstJobBenchmark(cluster, address).measure(rounds);
            }
        } finally {
            FileSystemUtils.deleteRecursively(home);
        }
        System.exit(0);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void measure(int rounds) throws Exception {
        List<Double> answered = new ArrayList<>();
        List<Double> launched = new ArrayList<>();
        for (int round = 0; round < WARM_UP + rounds; round++) {
            int before = cluster.jobs().size();
            long start = System.nanoTime();
            send("POST", "/api/v1/sweeps", """
                    apiVersion: bitfrontier/v1
                    name: first-job-%1$d
                    grid: {model: [tiny-17k], tokens: [1024000], precision: [2], scheme: [qat-from-scratch], seed: [%1$d]}
                    """.formatted(1 + round));
            double answer = (System.nanoTime() - start) / 1e6;
            await(() -> cluster.jobs().size() > before);
            double job = (System.nanoTime() - start) / 1e6;
            if (round >= WARM_UP) {
                answered.add(answer);
                launched.add(job);
            }
        }
        System.out.println("| from sending a sweep to | p50 ms | p95 ms | longest ms |");
        System.out.println("|---|---|---|---|");
        print("the answer", answered);
        print("its first Job", launched);
    }

    private static void print(String what, List<Double> millis) {
        millis.sort(Double::compare);
        System.out.printf(
                "| %s | %.0f | %.0f | %.0f |%n",
                what,
                millis.get(millis.size() / 2),
                millis.get(millis.size() * 95 / 100),
                millis.get(millis.size() - 1));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("waited for three minutes in vain");
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private void send(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(service.resolve(path))
                        .header("Content-Type", "application/yaml")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
        }
    }
}

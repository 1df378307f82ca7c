package io.bitfrontier.service.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A Bitfrontier of its own on this machine: packaged service, embedded database and worker processes below one home. */
final class RunningSystem implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path home;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();
    private List<String> properties = List.of();
    private @Nullable Process service;

    RunningSystem(Path home) throws IOException {
        this.home = home;
        try (ServerSocket socket = new ServerSocket(0)) {
            this.port = socket.getLocalPort();
        }
    }

    /** The packaged service and worker, or empty where this build has not made them. */
    static Optional<List<Path>> packaged() {
        Path root = Path.of("..").toAbsolutePath().normalize();
        Path serviceJar = root.resolve("service/target/bitfrontier-service-0.1.0-SNAPSHOT-app.jar");
        Path workerJar = root.resolve("worker-image/target/bitfrontier-worker-0.1.0-SNAPSHOT.jar");
        boolean there = Files.exists(serviceJar) && Files.exists(workerJar);
        return there ? Optional.of(List.of(serviceJar, workerJar)) : Optional.empty();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Properties of the service from its next start on, as {@code name=value}. */
    void configure(List<String> settings) {
        properties = List.copyOf(settings);
    }

    void start() throws IOException, InterruptedException {
        List<Path> jars = packaged().orElseThrow();
        String workerClassPath = jars.get(1) + ":" + jars.get(1).resolveSibling("lib") + "/*";
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dbitfrontier.launch.local.class-path=" + workerClassPath));
        properties.forEach(property -> command.add("-D" + property));
        command.addAll(List.of("-jar", jars.get(0).toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("BITFRONTIER_HOME", home.toString());
        builder.environment().put("SERVER_PORT", Integer.toString(port));
        Path log = Files.createDirectories(home).resolve("service.log");
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Process started = builder.start();
        service = started;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ready()) {
            if (!started.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("the service did not become ready; its log:\n" + Files.readString(log));
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private boolean ready() throws InterruptedException {
        try {
            return send("GET", "/actuator/health/readiness", null).statusCode() == 200;
        } catch (UncheckedIOException away) {
            return false;
        }
    }

    boolean serviceIsAlive() {
        return service != null && service.isAlive();
    }

    void killService() throws InterruptedException {
        if (service != null) {
            service.destroyForcibly().waitFor();
        }
    }

    /** Pids of the workers of this home: their environment names a directory below it. */
    List<Long> workers() throws IOException {
        List<Long> found = new ArrayList<>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (contains(process.resolve("environ"), "BITFRONTIER_WORKER_SCRATCH=" + home)
                        && contains(process.resolve("cmdline"), "io.bitfrontier.trainer.Main")) {
                    found.add(Long.parseLong(process.getFileName().toString()));
                }
            }
        }
        return found;
    }

    private static boolean contains(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).contains(text);
        } catch (IOException gone) {
            return false;
        }
    }

    Optional<Long> postmaster() throws IOException {
        try (var directories = Files.newDirectoryStream(home, "postgres*")) {
            for (Path directory : directories) {
                Path pidFile = directory.resolve("postmaster.pid");
                if (Files.exists(pidFile)) {
                    return Optional.of(
                            Long.parseLong(Files.readAllLines(pidFile).get(0).trim()));
                }
            }
        }
        return Optional.empty();
    }

    static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    String submit(String yaml) throws InterruptedException {
        HttpResponse<String> response = send("POST", "/api/v1/sweeps", yaml);
        if (response.statusCode() / 100 != 2) {
            throw new IllegalStateException(response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body()).get("id").asString();
    }

    /** State of the sweep, or empty while the service or its database does not answer. */
    Optional<String> state(String sweep) throws InterruptedException {
        try {
            HttpResponse<String> response = send("GET", "/api/v1/sweeps/" + sweep, null);
            return response.statusCode() == 200
                    ? Optional.of(JSON.readTree(response.body()).get("state").asString())
                    : Optional.empty();
        } catch (UncheckedIOException away) {
            return Optional.empty();
        }
    }

    JsonNode get(String path) throws InterruptedException {
        HttpResponse<String> response = send("GET", path, null);
        if (response.statusCode() != 200) {
            throw new IllegalStateException(path + ": " + response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body());
    }

    /** Every point's measured values by what the point is, digits and all. */
    Map<String, String> results(String sweep) throws InterruptedException {
        Map<String, String> results = new LinkedHashMap<>();
        for (JsonNode point :
                get("/api/v1/sweeps/" + sweep + "/points?limit=1000").get("items")) {
            String key =
                    point.get("model").asString() + " " + point.get("tokens").asLong() + " "
                            + point.get("precision").asString() + " "
                            + point.get("scheme").asString() + " " + point.path("seed");
            JsonNode metrics = point.get("metrics");
            String values = metrics == null
                    ? "not measured"
                    : metrics.get("loss").get("value") + " "
                            + metrics.get("choices.accuracy").get("value");
            results.put(key, values);
        }
        return results;
    }

    private HttpResponse<String> send(String method, String path, @Nullable String body) throws InterruptedException {
        HttpRequest.BodyPublisher publisher =
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        HttpRequest request = HttpRequest.newBuilder(address().resolve(path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/yaml")
                .method(method, publisher)
                .build();
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops as Ctrl-C does and waits until nothing of this home runs. */
    void stop() throws InterruptedException {
        if (service != null) {
            service.destroy();
            if (!service.waitFor(60, TimeUnit.SECONDS)) {
                service.destroyForcibly().waitFor();
            }
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        stop();
        for (long pid : workers()) {
            kill(pid);
        }
        postmaster().ifPresent(RunningSystem::kill);
    }
}

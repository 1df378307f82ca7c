package io.bitfrontier.service.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A service in a process of its own, with one home and one port over all its starts. */
final class ServiceProcess {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final List<String> program;
    private final Path home;
    private final int port;
    private final Map<String, String> settings = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private List<String> options = List.of();
    private @Nullable Process process;

    /**
     * A service that does not run yet.
     *
     * @param program what comes after {@code java} and its options: {@code -jar FILE}, or {@code -cp PATH CLASS}
     */
    ServiceProcess(List<String> program, Path home) {
        this.program = program;
        this.home = home;
        try (ServerSocket socket = new ServerSocket(0)) {
            this.port = socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ServiceProcess with(String setting, String value) {
        settings.put(setting, value);
        return this;
    }

    /** Null removes it. */
    void setEnvironment(String name, @Nullable String value) {
        if (value == null) {
            environment.remove(name);
        } else {
            environment.put(name, value);
        }
    }

    /** Further options of its Java, from the next start on. */
    void setOptions(String... values) {
        options = List.of(values);
    }

    void clearEnvironment() {
        environment.clear();
    }

    int port() {
        return port;
    }

    Path home() {
        return home;
    }

    void start() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("BITFRONTIER_HOME", home.toString());
        builder.environment().put("SERVER_PORT", Integer.toString(port));
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        process = builder.start();
    }

    Path log() throws IOException {
        return Files.createDirectories(home).resolve("service.log");
    }

    /** Waits until it is ready. */
    void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ready()) {
            if (!isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "the service did not become ready; its log:\n" + Files.readString(log()));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private boolean ready() throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException away) {
            return false;
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    long pid() {
        return process == null ? -1 : process.pid();
    }

    int awaitExit() throws InterruptedException {
        if (process == null || !process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("the service does not end");
        }
        return process.exitValue();
    }

    /** As kill -9 does. */
    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** As Ctrl-C does. */
    void terminate() {
        if (process != null) {
            process.destroy();
        }
    }

    /** As Ctrl-C does, and waits. */
    void stop() throws InterruptedException {
        terminate();
        if (process != null && !process.waitFor(60, TimeUnit.SECONDS)) {
            kill();
        }
    }
}

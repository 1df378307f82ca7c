package io.bitfrontier.cli.demo;

import io.bitfrontier.cli.CommandFailedException;
import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Settings;
import io.bitfrontier.cli.api.ApiClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the service of this home, or starts it. */
final class ServiceStarter {
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration LONGEST_START = Duration.ofMinutes(3);
    private static final Duration ANSWER = Duration.ofSeconds(3);
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private final Context context;
    private final Settings settings;
    private final ApiClient api;

    ServiceStarter(Context context, ApiClient api) {
        this.context = context;
        this.settings = context.settings();
        this.api = api.within(ANSWER);
    }

    /** A service of this home that runs: one found, or one started. {@link #awaitReady} comes next. */
    LocalService findOrStart() {
        Optional<ServiceFile> found = ServiceFile.ofLiving(settings.home());
        Optional<ProcessHandle> process = found.flatMap(f -> ProcessHandle.of(f.pid()));
        if (found.isEmpty() || process.isEmpty()) {
            requireFreePort();
            return start();
        }
        ServiceFile file = found.get();
        if (file.port() != settings.port()) {
            throw new CommandFailedException("The service of " + settings.home() + " runs already, at port "
                    + file.port() + " (process " + file.pid() + "), and not at SERVER_PORT " + settings.port()
                    + ": set SERVER_PORT=" + file.port() + ", stop it, or name another BITFRONTIER_HOME.");
        }
        context.err().println("Using the service that runs already (process " + file.pid() + ")");
        return new LocalService(process.get(), file.orphaned(), ServiceLog.in(settings.home()));
    }

    private void requireFreePort() {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.port()));
        } catch (IOException e) {
            throw new CommandFailedException(
                    "Port " + settings.port() + " is taken by " + whoAnswers()
                            + ": set SERVER_PORT to a free port, as in SERVER_PORT=8090 ./bitfrontier demo.",
                    e);
        }
    }

    private String whoAnswers() {
        try {
            api.get("/api/v1/catalog");
            return "a Bitfrontier service that is not the one of " + settings.home();
        } catch (CommandFailedException e) {
            return "another program";
        }
    }

    private LocalService start() {
        if (settings.launcher() == null) {
            throw new CommandFailedException("This command needs the launcher script: ./bitfrontier demo");
        }
        ServiceLog log = ServiceLog.in(settings.home());
        ProcessBuilder builder = new ProcessBuilder(command(settings.launcher()))
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.file().toFile()));
        builder.environment()
                .putAll(Map.of(
                        "SERVER_PORT",
                        Integer.toString(settings.port()),
                        "BITFRONTIER_HOME",
                        settings.home().toString(),
                        "BITFRONTIER_OWNER",
                        Long.toString(ProcessHandle.current().pid())));
        try {
            return new LocalService(builder.start().toHandle(), true, log);
        } catch (IOException e) {
            throw new CommandFailedException("The service cannot be started: " + e.getMessage(), e);
        }
    }

    /**
     * In a session of its own where that is possible: Ctrl-C then reaches this process alone, which stops the service in
     * order, instead of every process of the terminal at once.
     */
    private static List<String> command(Path launcher) {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            command.add(SETSID.toString());
        }
        command.add(launcher.toString());
        command.add("serve");
        return command;
    }

    /** Waits until the service takes requests. */
    void awaitReady(LocalService service) {
        Instant begun = context.clock().instant();
        boolean said = false;
        while (!ready()) {
            Duration waited = Duration.between(begun, context.clock().instant());
            if (!service.process().isAlive()) {
                throw new CommandFailedException("The service did not start; its log is "
                        + service.log().file() + service.log().tail());
            }
            if (waited.compareTo(LONGEST_START) > 0) {
                throw new CommandFailedException(
                        "The service is not ready after " + LONGEST_START.toSeconds() + " seconds; its log is "
                                + service.log().file() + service.log().tail());
            }
            if (!said) {
                context.err().println("Starting the service at " + api.base());
                said = true;
            }
            context.rest(LOOK);
        }
    }

    private boolean ready() {
        try {
            api.get("/actuator/health/readiness");
            return true;
        } catch (CommandFailedException e) {
            // Not yet: nothing listens, or it listens and says that it is not ready.
            return false;
        }
    }
}

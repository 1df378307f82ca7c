package io.bitfrontier.cli.demo;

import io.bitfrontier.cli.CommandFailedException;
import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Settings;
import io.bitfrontier.cli.api.ApiClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code demo}: from nothing to a frontier, then serves until Ctrl-C. */
@Command(
        name = "demo",
        description = "Train a small grid on this machine and print its frontier; then serve until Ctrl-C.")
public final class DemoCommand implements Callable<Integer> {
    @Option(names = "--exit", description = "End after printing.")
    private boolean exit;

    @Option(names = "--json", description = "Print one JSON document instead.")
    private boolean json;

    @Option(names = "--file", paramLabel = "FILE", description = "Another sweep document than the demonstration's.")
    private @Nullable Path file;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private final Context context;
    private final AtomicBoolean stopping = new AtomicBoolean();

    public DemoCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        String document = document();
        ApiClient api = new ApiClient(
                Settings.local(context.settings().port()), context.settings().localToken());
        ServiceStarter starter = new ServiceStarter(context, api);
        LocalService service = starter.findOrStart();
        Thread hook = new Thread(() -> stop(service), "stop-service");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            starter.awaitReady(service);
            int code = new DemoSweep(context, api, () -> requireRunning(service)).run(document, json);
            if (!exit && code == 0) {
                serve(api, service);
            }
            return code;
        } catch (CommandFailedException e) {
            if (stopping.get()) {
                return 1;
            }
            throw e;
        } finally {
            stop(service);
        }
    }

    private String document() {
        Path document = file != null ? file : context.settings().demoSweep();
        if (document == null) {
            throw new CommandFailedException("This command needs the launcher script: ./bitfrontier demo");
        }
        try {
            return Files.readString(document);
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), "FILE " + document + " cannot be read: " + e.getMessage());
        }
    }

    private void serve(ApiClient api, LocalService service) {
        if (!service.ours()) {
            context.err().println("The service was running before and goes on at " + api.base());
            return;
        }
        context.err().println("Serving at " + api.base() + " until Ctrl-C");
        service.join();
        if (!stopping.get()) {
            service.requireAlive();
        }
    }

    private void requireRunning(LocalService service) {
        if (stopping.get()) {
            throw new CommandFailedException("Stopped");
        }
        service.requireAlive();
    }

    private void stop(LocalService service) {
        if (!service.ours()
                || !stopping.compareAndSet(false, true)
                || !service.process().isAlive()) {
            return;
        }
        context.err().println("Stopping the service");
        if (!service.stop()) {
            context.err()
                    .println("The service (process " + service.process().pid() + ") is still stopping; its log is "
                            + service.log().file());
        }
    }
}

package io.bitfrontier.trainer.report;

import io.bitfrontier.trainer.train.WorkExecutor;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** {@code work}: claims and does runs until there are none; what it needs to know stands in its environment. */
@Command(name = "work", description = "Claim and do runs of a Bitfrontier service; configured by its environment.")
public final class WorkCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(WorkCommand.class);
    /** Time from a signal to the end of the process; a pod's grace period is 30 s. */
    private static final Duration GRACE = Duration.ofSeconds(25);

    private final Map<String, String> environment;
    private final Supplier<WorkExecutor> executor;

    public WorkCommand(Map<String, String> environment, Supplier<WorkExecutor> executor) {
        this.environment = environment;
        this.executor = executor;
    }

    @Override
    public Integer call() {
        WorkerConfiguration configuration;
        try {
            configuration = WorkerConfiguration.from(environment);
        } catch (WorkerConfiguration.Invalid e) {
            log.error("cannot start:\n{}", e.getMessage());
            return WorkerProtocol.EXIT_USER_INPUT;
        }
        log.info("{}", configuration);
        Shutdown shutdown = new Shutdown();
        shutdown.install(GRACE, WorkerProtocol.EXIT_PREEMPTED);
        int code = WorkerProtocol.EXIT_PLATFORM;
        try {
            code = loop(configuration, shutdown).run();
        } catch (RuntimeException e) {
            log.error("the worker failed", e);
        } finally {
            shutdown.finished(code);
        }
        return code;
    }

    private WorkerLoop loop(WorkerConfiguration configuration, Shutdown shutdown) {
        // loading the native libraries takes seconds: claim meanwhile
        CompletableFuture<Void> loaded = new CompletableFuture<>();
        Thread loader = new Thread(() -> load(configuration.threads(), loaded), "native-loader");
        loader.setDaemon(true);
        loader.start();
        Supplier<WorkExecutor> ready = () -> {
            loaded.join();
            // OpenMP keeps the number per thread: set it on the one that trains
            torch.set_num_threads(configuration.threads());
            return executor.get();
        };
        ServiceClient client =
                new ServiceClient(configuration.serviceUrl(), configuration.workerId(), configuration.workerToken());
        return new WorkerLoop(configuration, client, ready, Ticker.system(shutdown), shutdown);
    }

    private static void load(int threads, CompletableFuture<Void> loaded) {
        try {
            Loader.load(torch.class);
            torch.set_num_threads(threads);
            loaded.complete(null);
        } catch (RuntimeException | LinkageError e) {
            loaded.completeExceptionally(e);
        }
    }
}

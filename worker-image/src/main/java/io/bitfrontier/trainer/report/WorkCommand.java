package io.bitfrontier.trainer.report;

import io.bitfrontier.trainer.train.LocalExecutor;
import io.bitfrontier.trainer.train.WorkExecutor;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** {@code work}: claims and does runs until there are none; what it needs to know stands in its environment. */
@Command(name = "work", description = "Claim and do runs of a Bitfrontier service; configured by its environment.")
public final class WorkCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(WorkCommand.class);

    private final Map<String, String> environment;
    private final Function<WorkerConfiguration, WorkExecutor> executor;

    /** @param executor for what it is to compute with; made on another thread, since that loads LibTorch */
    public WorkCommand(Map<String, String> environment, Function<WorkerConfiguration, WorkExecutor> executor) {
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
        shutdown.install(configuration.grace(), WorkerProtocol.EXIT_PREEMPTED);
        int code = WorkerProtocol.EXIT_PLATFORM;
        try {
            code = loop(configuration, shutdown).run();
        } catch (OutOfMemoryError e) {
            code = WorkerProtocol.EXIT_OUT_OF_MEMORY;
            log.error("out of memory", e);
        } catch (RuntimeException | Error e) {
            log.error("the worker failed", e);
        } finally {
            shutdown.finished(code);
        }
        return code;
    }

    private WorkerLoop loop(WorkerConfiguration configuration, Shutdown shutdown) {
        // loading the native libraries takes seconds: claim meanwhile
        CompletableFuture<WorkExecutor> loading = new CompletableFuture<>();
        Thread loader = new Thread(() -> load(configuration, loading), "native-loader");
        loader.setDaemon(true);
        loader.start();
        ServiceClient client =
                new ServiceClient(configuration.serviceUrl(), configuration.workerId(), configuration.workerToken());
        Supplier<WorkExecutor> loaded = () -> {
            WorkExecutor ready = loading.join();
            // OpenMP keeps the number per thread: set it on the one that trains
            LocalExecutor.useThreads(configuration.compute().threads());
            return ready;
        };
        return new WorkerLoop(configuration, client, loaded, Ticker.system(shutdown), shutdown);
    }

    private void load(WorkerConfiguration configuration, CompletableFuture<WorkExecutor> loading) {
        try {
            loading.complete(executor.apply(configuration));
        } catch (RuntimeException | Error e) {
            loading.completeExceptionally(e);
        }
    }
}

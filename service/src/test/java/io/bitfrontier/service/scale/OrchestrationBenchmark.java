package io.bitfrontier.service.scale;

import io.bitfrontier.service.BitfrontierService;
import io.bitfrontier.service.sweep.Sweeps;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/**
 * What a run costs when its work takes no time: workers in threads speak the worker protocol over HTTP to a service on the
 * embedded, durable server in a fresh home, with everything running that runs in the background. Each round submits a sweep and
 * does all of its runs, from claim to completion; runs per second are those of the whole round, its submission not included. The
 * first round warms the JVM up and is not shown.
 *
 * <p>Arguments: workers, then the rounds' numbers of seeds (a seed of this grid is 602 runs).
 */
public final class OrchestrationBenchmark {
    private static final int BUDGETS = 2;

    private final ConfigurableApplicationContext service;
    private final JdbcClient jdbc;
    private final URI address;
    private final int workers;
    private int seedsUsed;

    private OrchestrationBenchmark(ConfigurableApplicationContext service, int workers) {
        this.service = service;
        this.jdbc = service.getBean(JdbcClient.class);
        this.address = URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port"));
        this.workers = workers;
    }

    public static void main(String[] arguments) throws Exception {
        int workers = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8;
        List<Integer> rounds = new ArrayList<>();
        for (int i = 1; i < arguments.length; i++) {
            rounds.add(Integer.valueOf(arguments[i]));
        }
        if (rounds.isEmpty()) {
            rounds.addAll(List.of(2, 6, 20, 60, 160));
        }
        Path home = Files.createTempDirectory("bitfrontier-orchestration-");
        try (ConfigurableApplicationContext service = SpringApplication.run(
                BitfrontierService.class,
                "--bitfrontier.home=" + home,
                "--server.port=0",
                "--logging.level.root=warn")) {
            new OrchestrationBenchmark(service, workers).measure(rounds);
        } finally {
            FileSystemUtils.deleteRecursively(home);
        }
        System.exit(0);
    }

    private void measure(List<Integer> rounds) throws Exception {
        System.out.printf("%d workers%n", workers);
        System.out.println("| runs stored before | runs of the round | submit s | runs/s | ms per run and worker |");
        System.out.println("|---|---|---|---|---|");
        round(1, false);
        for (int seeds : rounds) {
            round(seeds, true);
        }
    }

    private void round(int seeds, boolean shown) throws Exception {
        long before = runs("");
        String document = LargeGrids.document("round-" + seedsUsed, BUDGETS, seeds, 1 + seedsUsed);
        seedsUsed += seeds;
        long submitted = System.nanoTime();
        service.getBean(Sweeps.class).submit(document);
        double submit = (System.nanoTime() - submitted) / 1e9;
        long of = runs("") - before;
        double seconds = work();
        if (runs(" WHERE state <> 'SUCCEEDED'") > 0) {
            throw new IllegalStateException("runs are left");
        }
        if (shown) {
            System.out.printf(
                    "| %,d | %,d | %.1f | %,.0f | %.1f |%n",
                    before, of, submit, of / seconds, 1000 * seconds / of * workers);
        }
    }

    private double work() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        AtomicInteger idle = new AtomicInteger();
        HttpClient http = HttpClient.newHttpClient();
        long start = System.nanoTime();
        List<Future<?>> working = new ArrayList<>();
        for (int w = 0; w < workers; w++) {
            IdleWorker worker = new IdleWorker(http, service.getBean(Workers.class));
            working.add(pool.submit(() -> work(worker, idle)));
        }
        for (Future<?> worker : working) {
            worker.get();
        }
        pool.shutdown();
        return (System.nanoTime() - start) / 1e9;
    }

    /** Until nobody has anything to do: one that finds nothing waits for what others are about to make READY. */
    private Void work(IdleWorker worker, AtomicInteger idle) throws Exception {
        boolean counted = false;
        while (idle.get() < workers) {
            Optional<Assignment> claimed = worker.claim(address);
            if (claimed.isPresent()) {
                if (counted) {
                    idle.decrementAndGet();
                    counted = false;
                }
                worker.complete(address, claimed.get());
            } else if (!counted) {
                idle.incrementAndGet();
                counted = true;
            }
        }
        return null;
    }

    private long runs(String which) {
        return jdbc.sql("SELECT count(*) FROM run" + which).query(Long.class).single();
    }
}

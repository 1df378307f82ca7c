package io.bitfrontier.service.scale;

import io.bitfrontier.service.BitfrontierService;
import io.bitfrontier.service.sweep.Sweeps;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/**
 * Measures planning and storing sweeps of 25 000 points, or of as many as is asked for, on the embedded, durable server in a
 * fresh home: each round plans a document that shares nothing with the rounds before it, stores it, and submits it again. The
 * first round holds the start of a cold JVM. The peak of the heap is that of the whole process; run it with the service's own flags, {@code -Xmx512m
 * -XX:+UseSerialGC -XX:TieredStopAtLevel=1}.
 */
public final class SubmitBenchmark {
    private static final int ROUNDS = 4;
    private static final int BUDGETS = 10;
    private static final int SEEDS = 20;
    /** Of {@link LargeGrids#document}, per budget and seed. */
    private static final int POINTS = 125;

    private SubmitBenchmark() {}

    /** @param arguments rounds (4), and budgets (10) and seeds (20), whose product makes 125 points each */
    public static void main(String[] arguments) throws Exception {
        int rounds = argument(arguments, 0, ROUNDS);
        int budgets = argument(arguments, 1, BUDGETS);
        int seeds = argument(arguments, 2, SEEDS);
        Path home = Files.createTempDirectory("bitfrontier-submit-");
        try (ConfigurableApplicationContext service = SpringApplication.run(
                BitfrontierService.class,
                "--bitfrontier.home=" + home,
                "--bitfrontier.background=false",
                "--server.port=0",
                "--logging.level.root=warn")) {
            measure(service.getBean(Sweeps.class), service.getBean(JdbcClient.class), rounds, budgets, seeds);
        } finally {
            FileSystemUtils.deleteRecursively(home);
        }
        System.exit(0);
    }

    private static int argument(String[] arguments, int place, int otherwise) {
        return arguments.length > place ? Integer.parseInt(arguments[place]) : otherwise;
    }

    private static void measure(Sweeps sweeps, JdbcClient jdbc, int rounds, int budgets, int seeds) {
        System.out.printf("%,d points a round%n%n", budgets * seeds * POINTS);
        System.out.println(
                "| round | runs stored before | plan s | submit s | submit again s | heap in use, peak MiB |");
        System.out.println("|---|---|---|---|---|---|");
        for (int round = 1; round <= rounds; round++) {
            long before = jdbc.sql("SELECT count(*) FROM run").query(Long.class).single();
            String document = LargeGrids.document("round-" + round, budgets, seeds, 1 + round * seeds);
            heap().forEach(MemoryPoolMXBean::resetPeakUsage);
            double plan = seconds(() -> sweeps.plan(document));
            double submit = seconds(() -> sweeps.submit(document));
            double again = seconds(() -> sweeps.submit(document));
            long peak = heap().stream()
                    .mapToLong(pool -> pool.getPeakUsage().getUsed())
                    .sum();
            System.out.printf(
                    "| %d | %,d | %.2f | %.2f | %.2f | %,d of %,d |%n",
                    round,
                    before,
                    plan,
                    submit,
                    again,
                    peak >> 20,
                    Runtime.getRuntime().maxMemory() >> 20);
        }
        System.out.printf(
                "%,d points, %,d runs, %,d trajectories%n",
                count(jdbc, "grid_point"), count(jdbc, "run"), count(jdbc, "trajectory"));
    }

    private static long count(JdbcClient jdbc, String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }

    private static List<MemoryPoolMXBean> heap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }
}

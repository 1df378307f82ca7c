package io.bitfrontier.trainer.ranks;

import io.bitfrontier.trainer.data.UnusableDataException;
import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.trainer.device.Machine;
import io.bitfrontier.trainer.train.Follower;
import io.bitfrontier.trainer.train.MemoryExhaustion;
import io.bitfrontier.trainer.train.Team;
import io.bitfrontier.trainer.train.WorkFailedException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code rank}: a further rank of a training, started by its leader and by nobody else. Ends when its standard input does, at
 * once and wherever it is: that is how it learns that its leader has ended. A signal alone does not end it, since the leader
 * needs all ranks to finish the step before it can checkpoint.
 */
@Command(name = RankCommand.NAME, hidden = true, description = "A further rank of a training; started by its leader.")
public final class RankCommand implements Callable<Integer> {
    static final String NAME = "rank";

    private final Function<Compute, Follower> followers;
    private final CountDownLatch leaderGone = new CountDownLatch(1);
    private final LinkedBlockingQueue<String> tasks = new LinkedBlockingQueue<>();

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--rank", required = true)
    private int rank;

    @Option(names = "--ranks", required = true)
    private int ranks;

    @Option(names = "--threads", required = true)
    private int threads;

    @Option(names = "--device", required = true)
    @SuppressWarnings("NullAway.Init")
    private String device;

    @Option(names = "--store", required = true)
    @SuppressWarnings("NullAway.Init")
    private Path store;

    @Option(names = "--timeout-millis", required = true)
    private long timeoutMillis;

    /** @param followers what does the training, for what it is to compute with; sets LibTorch up on the calling thread */
    public RankCommand(Function<Compute, Follower> followers) {
        this.followers = followers;
    }

    @Override
    public Integer call() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::outlastSignals, "shutdown"));
        Thread reader = new Thread(this::read, "leader");
        reader.setDaemon(true);
        reader.start();
        try {
            ComputeDevice own = ComputeDevice.choose(device, Machine.here()).orElseThrow();
            Follower follower = followers.apply(new Compute(own, threads, ranks));
            say(FollowerProcess.READY);
            try (RankGroup group = new RankGroup(rank, ranks, store, own, Duration.ofMillis(timeoutMillis))) {
                JsonMapper json = JsonMapper.builder().build();
                while (true) {
                    follower.follow(json.readValue(tasks.take(), Team.Task.class), group);
                }
            }
        } catch (WorkFailedException e) {
            return failed(e.failureClass(), e);
        } catch (UnusableDataException e) {
            return failed(FailureClass.USER, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return WorkerProtocol.EXIT_PLATFORM;
        } catch (RuntimeException | Error e) {
            return failed(MemoryExhaustion.isTheCauseOf(e) ? FailureClass.OUT_OF_MEMORY : FailureClass.PLATFORM, e);
        }
    }

    private int failed(FailureClass failureClass, Throwable e) {
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
        say(FollowerProcess.FAILED + failureClass + " " + line);
        int code = failureClass == FailureClass.OUT_OF_MEMORY
                ? WorkerProtocol.EXIT_OUT_OF_MEMORY
                : WorkerProtocol.EXIT_PLATFORM;
        // not through the shutdown hook: the leader waits to see this process gone
        Runtime.getRuntime().halt(code);
        return code;
    }

    private void say(String line) {
        if (spec == null) {
            throw new IllegalStateException("not called through picocli");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                tasks.add(line);
            }
        } catch (IOException e) {
            // as good as its end
        }
        leaderGone.countDown();
        Runtime.getRuntime().halt(WorkerProtocol.EXIT_PREEMPTED);
    }

    private void outlastSignals() {
        try {
            leaderGone.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

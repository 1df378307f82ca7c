package io.bitfrontier.trainer.bench;

import io.bitfrontier.trainer.data.TokenSource;
import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.train.Checkpoints;
import io.bitfrontier.trainer.train.LocalExecutor;
import io.bitfrontier.trainer.train.Quantization;
import io.bitfrontier.trainer.train.Trainer;
import io.bitfrontier.trainer.train.TrainingMonitor;
import io.bitfrontier.trainer.train.WorkInterruptedException;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The shipped trainer on a thread of its own, stepping when it has the turn. Timed from outside, by the loop's own question
 * before every step, so that all a step costs is counted. The first step of a block is not: threads and caches are cold.
 */
final class Lane implements Contestant {
    /** Far more steps than a benchmark takes. */
    private static final long STEPS = 1_000_000;

    private final String name;
    private int stepsPerBlock = 1;
    private final SynchronousQueue<Turn> turns = new SynchronousQueue<>();
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    /** A block to be done: its size and where its step times go. Size 0 ends the lane. */
    private record Turn(int steps, CompletableFuture<double[]> seconds) {}

    Lane(String name, TrajectorySpec trajectory, TokenSource tokens, Compute compute) {
        this.name = name;
        Quantization quantization = Quantization.on(compute);
        TrainWork work = new TrainWork(trajectory, 0, STEPS * trajectory.batchTokens(), null, null, Long.MAX_VALUE);
        thread = new Thread(
                () -> {
                    LocalExecutor.useThreads(compute.threads());
                    compute.settle();
                    try (Trainer trainer = new Trainer(
                            new Checkpoints(quantization, compute.device()),
                            quantization,
                            (data, seed, sequence) -> tokens,
                            Clock.systemUTC())) {
                        trainer.train(work, Path.of("never-written"), new Timekeeper());
                    } catch (WorkInterruptedException e) {
                        // the benchmark is over
                    } catch (RuntimeException | Error e) {
                        failure = e;
                    }
                },
                "lane " + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public String name() {
        return name;
    }

    /** How many steps of a block are timed. */
    void stepsPerBlock(int steps) {
        stepsPerBlock = steps;
    }

    int stepsPerBlock() {
        return stepsPerBlock;
    }

    /** Median seconds per step over a block, its first step left out. */
    @Override
    public double block() {
        double[] seconds = steps(stepsPerBlock + 1);
        return Spread.median(Arrays.copyOfRange(seconds, 1, seconds.length));
    }

    /** Takes {@code count} steps and returns the seconds of each. */
    double[] steps(int count) {
        CompletableFuture<double[]> seconds = new CompletableFuture<>();
        hand(new Turn(count, seconds));
        while (!seconds.isDone() && thread.isAlive()) {
            try {
                return seconds.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                // a long step, or a thread that ended: look
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(name + " was interrupted", e);
            }
        }
        if (!seconds.isDone()) {
            throw new IllegalStateException(name + " failed", failure);
        }
        return seconds.join();
    }

    private void hand(Turn turn) {
        try {
            while (!turns.offer(turn, 1, TimeUnit.SECONDS)) {
                if (!thread.isAlive()) {
                    throw new IllegalStateException(name + " failed", failure);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(name + " was interrupted", e);
        }
    }

    @Override
    public void close() {
        if (thread.isAlive()) {
            hand(new Turn(0, new CompletableFuture<>()));
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Timekeeper implements TrainingMonitor {
        private @Nullable Turn turn;
        private double[] seconds = {};
        private int done;
        private long startedAt;

        @Override
        public Directive directive() {
            long now = System.nanoTime();
            if (turn != null) {
                seconds[done++] = (now - startedAt) / 1e9;
                if (done == turn.steps()) {
                    turn.seconds().complete(seconds);
                    turn = null;
                }
            }
            if (turn == null) {
                turn = next();
                if (turn.steps() == 0) {
                    return Directive.STOP;
                }
                seconds = new double[turn.steps()];
                done = 0;
            }
            startedAt = System.nanoTime();
            return Directive.CONTINUE;
        }

        private Turn next() {
            try {
                return turns.take();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void started(long resumedFromTokens) {}

        @Override
        public void step(MetricRow row) {}

        @Override
        public void checkpoint(StoredCheckpoint checkpoint) {}

        @Override
        public void log(String line) {}
    }
}

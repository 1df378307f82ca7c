package io.bitfrontier.trainer.bench;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.train.Checkpoints;
import io.bitfrontier.trainer.train.LocalExecutor;
import io.bitfrontier.trainer.train.Quantization;
import io.bitfrontier.trainer.train.Trainer;
import io.bitfrontier.trainer.train.TrainingMonitor;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Trains the same steps on a device and on the processor, and on the device again: losses must be near, and bits repeat. The
 * checkpoint that the device wrote must go on on the processor.
 */
final class DeviceCheck {
    static final int STEPS = 20;

    private DeviceCheck() {}

    /** @throws UncheckedIOException if nothing can be written to a temporary directory */
    static BenchResult.Agreement of(ModelCatalog.Entry model, Precision precision, Compute compute) {
        TrajectorySpec trajectory = Subjects.trajectory(model.shape(), precision, 128, 8 * 128, 2);
        try {
            Path directory = Files.createTempDirectory("bitfrontier-device-");
            try {
                Curve reference = new Curve();
                train(trajectory, STEPS, null, Compute.onCpu(compute.threads()), directory, reference);
                Curve first = new Curve();
                StoredCheckpoint one = train(trajectory, STEPS, null, compute, directory, first);
                StoredCheckpoint two = train(trajectory, STEPS, null, compute, directory, new Curve());
                train(trajectory, STEPS + 1, one, Compute.onCpu(compute.threads()), directory, new Curve());
                double largest = 0;
                for (int i = 0; i < first.losses.size(); i++) {
                    double expected = reference.losses.get(i);
                    largest = Math.max(largest, Math.abs(first.losses.get(i) - expected) / expected);
                }
                return new BenchResult.Agreement(
                        model.name(),
                        precision.label(),
                        compute.device().toString(),
                        STEPS,
                        largest,
                        one.sha256().equals(two.sha256()));
            } finally {
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StoredCheckpoint train(
            TrajectorySpec trajectory,
            int steps,
            @Nullable StoredCheckpoint resume,
            Compute compute,
            Path directory,
            Curve curve) {
        LocalExecutor.useThreads(compute.threads());
        compute.settle();
        Quantization quantization = Quantization.on(compute);
        try (Trainer trainer = new Trainer(
                new Checkpoints(quantization, compute.device()),
                quantization,
                (data, seed, sequence) -> new UniformTokens(trajectory.model().vocab(), sequence),
                Clock.systemUTC())) {
            long goal = (long) steps * trajectory.batchTokens();
            return trainer.train(new TrainWork(trajectory, 0, goal, null, resume, Long.MAX_VALUE), directory, curve);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static final class Curve implements TrainingMonitor {
        private final List<Double> losses = new ArrayList<>();

        @Override
        public void started(long resumedFromTokens) {}

        @Override
        public void step(MetricRow row) {
            losses.add(row.loss());
        }

        @Override
        public void checkpoint(StoredCheckpoint checkpoint) {}

        @Override
        public void log(String line) {}

        @Override
        public Directive directive() {
            return Directive.CONTINUE;
        }
    }
}

package io.bitfrontier.trainer.bench;

import io.bitfrontier.trainer.bench.BenchResult.Memory;
import io.bitfrontier.trainer.bench.BenchResult.Peer;
import io.bitfrontier.trainer.bench.BenchResult.QatOverhead;
import io.bitfrontier.trainer.bench.BenchResult.StepRate;
import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.quant.QuantizerBenchmark;
import io.bitfrontier.trainer.quant.Quantizers;
import io.bitfrontier.trainer.train.ResidentMemory;
import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.Flops;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The measurements, each a list of duels.
 *
 * @param compute what is measured
 * @param rounds pairs of blocks per duel
 * @param blockSeconds least duration of a block
 * @param quantized bit widths, full precision apart
 * @param progress told what is being measured
 */
record Sections(
        Compute compute, int rounds, double blockSeconds, List<Precision> quantized, Consumer<String> progress) {
    private static final int SGEMM_TRIALS = 3;
    private static final int KERNEL_TRIALS = 30;
    private static final long EARLY_STEP = 50;
    private static final int HEAP_BLOCK = 1 << 20;
    private static final int[] MICRO_BATCHES = {1, 4};

    List<StepRate> steps(ModelCatalog.Entry model) {
        List<StepRate> found = new ArrayList<>();
        Subjects subjects = new Subjects(model, compute, blockSeconds);
        for (int parts : MICRO_BATCHES) {
            progress.accept(model.name() + ": steps of " + parts + " micro-batches against sgemm");
            MatrixMultiplication.Shape shape = MatrixMultiplication.fastest(
                    MatrixMultiplication.shapesOf(model.shape(), Subjects.BATCH_TOKENS / parts),
                    SGEMM_TRIALS,
                    blockSeconds);
            try (MatrixMultiplication sgemm = new MatrixMultiplication(shape, blockSeconds);
                    Lane lane = subjects.lane(Precision.FULL, parts)) {
                found.add(stepRate(model, parts, sgemm, Duel.fight(sgemm, lane, rounds)));
            }
        }
        return found;
    }

    private static StepRate stepRate(ModelCatalog.Entry model, int parts, MatrixMultiplication sgemm, Duel duel) {
        double perToken = Flops.trainPerToken(model.shape(), Subjects.SEQUENCE);
        double masked = 6.0 * model.shape().layers() * model.shape().dim() * Subjects.SEQUENCE;
        double perStep = perToken * Subjects.BATCH_TOKENS;
        // ratio is (seconds per step) / (seconds per operation): operations of sgemm that fit into a step
        Spread share = duel.ratio().into(perStep);
        return new StepRate(
                model.name(),
                parts,
                duel.second().into(Subjects.BATCH_TOKENS),
                perToken,
                duel.second().into(perStep),
                sgemm.name(),
                duel.first().into(1),
                share,
                share.median() * (perToken - masked) / perToken);
    }

    List<QatOverhead> overheads(ModelCatalog.Entry model) {
        List<QatOverhead> found = new ArrayList<>();
        Subjects subjects = new Subjects(model, compute, blockSeconds);
        for (int parts : MICRO_BATCHES) {
            try (Lane full = subjects.lane(Precision.FULL, parts)) {
                for (Precision precision : quantized) {
                    progress.accept(
                            model.name() + ": QAT at " + precision.label() + " bits, " + parts + " micro-batches");
                    try (Lane quantized = subjects.lane(precision, parts)) {
                        Duel duel = Duel.fight(full, quantized, rounds);
                        found.add(new QatOverhead(
                                model.name(),
                                parts,
                                precision.label(),
                                Combinations.paretoq(precision).label(),
                                duel.second().into(Subjects.BATCH_TOKENS),
                                duel.ratio().plus(-1)));
                    }
                }
            }
        }
        return found;
    }

    /** @throws IOException if Python does not start or has no torch */
    List<Peer> peers(ModelCatalog.Entry model, Path python) throws IOException {
        List<Peer> found = new ArrayList<>();
        Subjects subjects = new Subjects(model, compute, blockSeconds);
        for (int parts : MICRO_BATCHES) {
            try (TorchPeer torch =
                    new TorchPeer(python, subjects.trajectory(Precision.FULL, parts), compute.threads())) {
                found.add(peer(subjects, torch, Precision.FULL, parts));
                for (Precision precision : parts == 1 ? List.<Precision>of() : quantized) {
                    found.add(peer(subjects, torch, precision, parts));
                }
            }
        }
        return found;
    }

    private Peer peer(Subjects subjects, TorchPeer torch, Precision precision, int parts) {
        String model = subjects.model().name();
        progress.accept(model + ": PyTorch at " + precision.label() + " bits, " + parts + " micro-batches");
        try (Lane ours = subjects.lane(precision, parts);
                Contestant theirs =
                        torch.contestant(precision.isFull() ? "full" : precision.label(), ours.stepsPerBlock())) {
            Duel duel = Duel.fight(ours, theirs, rounds);
            return new Peer(
                    model,
                    parts,
                    precision.label(),
                    torch.version(),
                    duel.first().into(Subjects.BATCH_TOKENS),
                    duel.second().into(Subjects.BATCH_TOKENS),
                    duel.ratio());
        }
    }

    /** Trains a model to {@code steps} and compares resident memory there with that at step {@value #EARLY_STEP}. */
    Memory memory(ModelCatalog.Entry model, Precision precision, int steps) {
        progress.accept(model.name() + ": " + steps + " steps for resident memory");
        touchYoungGeneration();
        int sequence = 128;
        UniformTokens tokens = new UniformTokens(model.shape().vocab(), sequence);
        try (Lane lane = new Lane(
                model.name(),
                Subjects.trajectory(model.shape(), precision, sequence, 8 * sequence, 1),
                tokens,
                compute)) {
            lane.steps((int) EARLY_STEP);
            long early = ResidentMemory.bytes();
            lane.steps((int) (steps - EARLY_STEP));
            long late = ResidentMemory.bytes();
            return new Memory(
                    model.name(), precision.label(), EARLY_STEP, early, steps, late, (double) late / early - 1);
        }
    }

    /**
     * Allocates until the collector has run twice. Java's heap becomes resident page by page as it is first used, whatever the
     * work is; what is to be seen is what training adds.
     */
    private static void touchYoungGeneration() {
        long before = collections();
        long blocks = Runtime.getRuntime().maxMemory() / HEAP_BLOCK;
        long touched = 0;
        for (long i = 0; i < 2 * blocks && collections() < before + 2; i++) {
            touched += new byte[HEAP_BLOCK].length;
        }
        if (touched == 0) {
            throw new IllegalStateException("the heap is smaller than " + HEAP_BLOCK + " bytes");
        }
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }

    /** Whether the device agrees with the processor and repeats its bits. */
    List<BenchResult.Agreement> agreements(ModelCatalog.Entry model) {
        List<BenchResult.Agreement> found = new ArrayList<>();
        List<Precision> all = new ArrayList<>(List.of(Precision.FULL));
        all.addAll(quantized);
        for (Precision precision : all) {
            progress.accept(model.name() + ": " + compute.device() + " against cpu at " + precision.label() + " bits");
            found.add(DeviceCheck.of(model, precision, compute));
        }
        return found;
    }

    /** Forward and backward of each ParetoQ quantizer over one 1024×4096 matrix. */
    List<QuantizerBenchmark.Timing> kernels() {
        progress.accept("quantizer kernels");
        return quantized.stream()
                .map(precision -> QuantizerBenchmark.measure(
                        Quantizers.of(QuantizerSpec.of(Combinations.paretoq(precision), precision)),
                        1024,
                        4096,
                        compute.threads(),
                        KERNEL_TRIALS))
                .toList();
    }
}

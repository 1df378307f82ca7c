package io.bitfrontier.service.analysis;

import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Observations with valid defaults, for tests. */
final class ObservationBuilder {
    private static long nextId = 1;

    private String model = "tiny-44k";
    private long tokens = 2_000_000;
    private String precision = "2";
    private String scheme = "fp-then-qat(0.1, annealed)";
    private @Nullable String quantizer = "seq";
    private long seed = 1;
    private long effectiveSize = 10_000;
    private String evaluationVersion = "synthetic/1/abc";
    private @Nullable Measure loss;
    private @Nullable Measure accuracy = new Measure(0.8, 0.006, null);
    private @Nullable Double floor;

    static ObservationBuilder anObservation() {
        return new ObservationBuilder();
    }

    ObservationBuilder of(String name) {
        this.model = name;
        return this;
    }

    ObservationBuilder at(String bits) {
        this.precision = bits;
        return this;
    }

    ObservationBuilder atFullPrecision() {
        this.precision = "16";
        this.scheme = "full-precision";
        this.quantizer = null;
        return this;
    }

    ObservationBuilder trainedBy(String schemeLabel, String quantizerLabel) {
        this.scheme = schemeLabel;
        this.quantizer = quantizerLabel;
        return this;
    }

    ObservationBuilder withTokens(long lineage) {
        this.tokens = lineage;
        return this;
    }

    ObservationBuilder withSeed(long number) {
        this.seed = number;
        return this;
    }

    ObservationBuilder ofSize(long bytes) {
        this.effectiveSize = bytes;
        return this;
    }

    ObservationBuilder evaluatedAs(String version) {
        this.evaluationVersion = version;
        return this;
    }

    ObservationBuilder withLoss(double value, @Nullable Double error, @Nullable Double lossFloor) {
        this.loss = new Measure(value, error, null);
        this.floor = lossFloor;
        return this;
    }

    ObservationBuilder withAccuracy(double value, @Nullable Double error) {
        this.accuracy = new Measure(value, error, null);
        return this;
    }

    ObservationBuilder withoutAccuracy() {
        this.accuracy = null;
        return this;
    }

    /** Evaluated on items 0 to items − 1, of which it got those right that the predicate names. */
    ObservationBuilder answering(int items, IntPredicate right) {
        BitSet bits = new BitSet(items);
        for (int i = 0; i < items; i++) {
            bits.set(i, right.test(i));
        }
        byte[] bytes = new byte[(items + 7) / 8];
        byte[] set = bits.toByteArray();
        System.arraycopy(set, 0, bytes, 0, set.length);
        double share = (double) bits.cardinality() / items;
        this.accuracy = new Measure(share, Math.sqrt(share * (1 - share) / (items - 1)), Outcomes.of(bytes, items));
        return this;
    }

    Observation build() {
        long id = nextId++;
        return new Observation(
                model,
                tokens,
                precision,
                scheme,
                quantizer,
                seed,
                effectiveSize,
                effectiveSize * 2,
                evaluationVersion,
                id,
                100 + id,
                loss,
                accuracy,
                floor);
    }
}

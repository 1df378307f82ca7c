package io.bitfrontier.vocabulary;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Weight precision of the quantized matrices, in bits. Ternary is written 1.58 and counted as literally 1.58 bits, as the
 * published effective sizes do (arXiv 2502.02631, figure 1).
 */
public enum Precision {
    ONE("1", 1.0, 2),
    TERNARY("1.58", 1.58, 3),
    TWO("2", 2.0, 4),
    THREE("3", 3.0, 8),
    FOUR("4", 4.0, 16),
    /** Full precision: no quantizer; every parameter counts 16 bits whatever the training arithmetic. */
    FULL("16", 16.0, 0);

    private final String label;
    private final double bits;
    private final int levels;

    Precision(String label, double bits, int levels) {
        this.label = label;
        this.bits = bits;
        this.levels = levels;
    }

    /** As written in sweeps, in SQL and in JSON: {@code 1, 1.58, 2, 3, 4, 16}. */
    public String label() {
        return label;
    }

    /** Bits a weight counts in {@link ModelSize#effectiveBytes}. */
    public double bits() {
        return bits;
    }

    /** Number of representable levels; 0 for full precision, which has no level set. */
    public int levels() {
        return levels;
    }

    public boolean isFull() {
        return this == FULL;
    }

    public static Optional<Precision> parse(String text) {
        return Arrays.stream(values()).filter(p -> p.label.equals(text.trim())).findFirst();
    }

    /** The labels in order, for error messages. */
    public static String labels() {
        return Arrays.stream(values()).map(Precision::label).collect(Collectors.joining(", "));
    }
}

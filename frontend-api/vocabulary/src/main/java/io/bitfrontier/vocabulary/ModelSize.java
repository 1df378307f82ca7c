package io.bitfrontier.vocabulary;

/**
 * Size of a model at a precision, under two named definitions that never share a frontier axis.
 *
 * @param effectiveBytes definition {@value #EFFECTIVE}
 * @param packedBytes definition {@value #PACKED}
 */
public record ModelSize(long effectiveBytes, long packedBytes) {
    /**
     * The x-axis of the published frontiers (arXiv 2502.02631): linear parameters at the precision, embedding and head at
     * 4 bits, no scales, no norms; at 16 bits everything at 16.
     */
    public static final String EFFECTIVE = "paretoq-effective/1";

    /**
     * What a packed file of this model weighs: codes at ⌈log2 levels⌉ bits (ternary five to a byte: 1.6), a 16-bit scale
     * per row, embedding, head and norms at 16 bits, as they are trained and evaluated.
     */
    public static final String PACKED = "bitfrontier-packed/1";

    public static ModelSize of(ModelShape shape, Precision precision) {
        return new ModelSize(effective(shape, precision), packed(shape, precision));
    }

    private static long effective(ModelShape shape, Precision precision) {
        if (precision.isFull()) {
            return shape.totalParameters() * 2;
        }
        return Math.round((shape.linearParameters() * precision.bits() + 4.0 * shape.embeddingParameters()) / 8);
    }

    private static long packed(ModelShape shape, Precision precision) {
        long sixteenBit = 2 * (shape.embeddingParameters() + shape.normParameters());
        if (precision.isFull()) {
            return sixteenBit + 2 * shape.linearParameters();
        }
        double codeBits = precision == Precision.TERNARY ? 1.6 : precision.bits();
        return sixteenBit + (long) Math.ceil(shape.linearParameters() * codeBits / 8) + 2 * shape.quantizedRows();
    }
}

package io.bitfrontier.vocabulary;

import org.jspecify.annotations.Nullable;

/** What a resumable state weighs: fp32 master weights and the two moments of AdamW, α among them where it is learned. */
public final class StateSize {
    private static final long BYTES_PER_VALUE = 4;
    private static final long VALUES_PER_PARAMETER = 3;

    private StateSize() {}

    /** 4 · 3 · (parameters + learned scales) bytes; a state without quantizer, or with one that learns nothing, has no scales. */
    public static long bytes(ModelShape shape, @Nullable Quantizer quantizer) {
        long scales = quantizer != null && quantizer.learnsScale() ? shape.quantizedRows() : 0;
        return BYTES_PER_VALUE * VALUES_PER_PARAMETER * (shape.totalParameters() + scales);
    }
}

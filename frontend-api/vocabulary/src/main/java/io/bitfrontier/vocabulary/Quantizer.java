package io.bitfrontier.vocabulary;

import java.util.Arrays;
import java.util.Optional;

/** Names of the quantization functions that a weight matrix can pass through. */
public enum Quantizer {
    /** α·sign(w), learned α (arXiv 2502.02631, eq. 6, after BWN). */
    ELASTIC_BINARY("elastic-binary"),
    /** Stretched elastic quantization, levels balanced around zero (arXiv 2502.02631, eq. 5). */
    SEQ("seq"),
    /** Learned step size quantization (arXiv 1902.08153). */
    LSQ("lsq"),
    /** Round to nearest on the symmetric absmax grid, post-training. */
    RTN("rtn"),
    /** ParetoQ's grid of the precision at the scale of least squared error per row, post-training. */
    CLIP_SEARCH("clip-search"),
    /** The absmax grid recomputed in every step, straight-through (weights of LLM-QAT, arXiv 2305.17888). */
    MIN_MAX("min-max"),
    /** The clip range from mean |w| at 1 and 2 bits, min-max above. */
    STATISTICS_CLIP("statistics-clip"),
    /** The clip range from a percentile of |w| per row. */
    QUANTILE_CLIP("quantile-clip"),
    /** BitNet b1.58: absmean per tensor with int8 activations (arXiv 2402.17764). */
    BITNET_ABSMEAN("bitnet-absmean");

    private final String label;

    Quantizer(String label) {
        this.label = label;
    }

    /** As written in sweeps, in SQL and in JSON. */
    public String label() {
        return label;
    }

    /** Whether α is a parameter that training moves; otherwise it is a function of the weights. */
    public boolean learnsScale() {
        return this == ELASTIC_BINARY || this == SEQ || this == LSQ;
    }

    public static Optional<Quantizer> parse(String text) {
        return Arrays.stream(values()).filter(q -> q.label.equals(text.trim())).findFirst();
    }
}

package io.bitfrontier.vocabulary;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shape of a LLaMA/MobileLLM decoder: RMSNorm, rotary positions, grouped-query attention, SwiGLU, no biases.
 *
 * @param layers decoder blocks
 * @param dim width of the residual stream
 * @param heads query heads; {@code dim} is a multiple of it
 * @param kvHeads key and value heads; {@code heads} is a multiple of it
 * @param ffn inner width of the SwiGLU
 * @param vocab rows of the embedding
 * @param tied whether the output head is the embedding
 * @param ropeTheta base of the rotary frequencies
 * @param ropeScaling Llama-3 frequency scaling, or null for none
 * @param normEpsilon added to the mean square inside RMSNorm
 * @param embeddingNorm whether the embedding's output is RMS-normed, without a gain, before the first block. LLaMA does not;
 *     models of a few thousand parameters with small tied embeddings learn markedly better so
 */
public record ModelShape(
        int layers,
        int dim,
        int heads,
        int kvHeads,
        int ffn,
        int vocab,
        boolean tied,
        double ropeTheta,
        @Nullable RopeScaling ropeScaling,
        double normEpsilon,
        boolean embeddingNorm) {

    /** Llama-3.2's rotary scaling: wavelengths beyond the original context are stretched by {@code factor}. */
    public record RopeScaling(
            double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContext) {}

    /** A shape with the MobileLLM constants: tied, θ = 10 000, no scaling, ε = 1e-5. */
    public static ModelShape of(int layers, int dim, int heads, int kvHeads, int ffn, int vocab) {
        return new ModelShape(layers, dim, heads, kvHeads, ffn, vocab, true, 10_000.0, null, 1e-5, false);
    }

    /** The same shape with the embedding's output RMS-normed. */
    public ModelShape withEmbeddingNorm() {
        return new ModelShape(layers, dim, heads, kvHeads, ffn, vocab, tied, ropeTheta, ropeScaling, normEpsilon, true);
    }

    public int headDim() {
        return dim / heads;
    }

    /** Parameters of the projections that are quantized: q, k, v, o, gate, up and down of every block. */
    public long linearParameters() {
        long attention = 2L * dim * dim + 2L * dim * kvHeads * headDim();
        return layers * (attention + 3L * dim * ffn);
    }

    /** Parameters of the token embedding, and of the output head where it is not tied. */
    public long embeddingParameters() {
        return (long) vocab * dim * (tied ? 1 : 2);
    }

    /** Gains of the norms: two per block and the final one. */
    public long normParameters() {
        return (2L * layers + 1) * dim;
    }

    public long totalParameters() {
        return linearParameters() + embeddingParameters() + normParameters();
    }

    /** Rows over all quantized matrices: the number of scales a per-row quantizer stores. */
    public long quantizedRows() {
        return layers * (2L * dim + 2L * kvHeads * headDim() + 2L * ffn + dim);
    }

    /** Every way in which the shape is impossible, each naming field, value and bound; empty when it is fine. */
    public List<String> violations() {
        List<String> found = new ArrayList<>();
        atLeastOne(found, "layers", layers);
        atLeastOne(found, "dim", dim);
        atLeastOne(found, "heads", heads);
        atLeastOne(found, "kvHeads", kvHeads);
        atLeastOne(found, "ffn", ffn);
        if (vocab < 2) {
            found.add("vocab is " + vocab + ", at least 2 is needed");
        }
        if (!found.isEmpty()) {
            return found;
        }
        if (dim % heads != 0) {
            found.add("dim is " + dim + ", which heads = " + heads + " does not divide");
        } else if (headDim() % 2 != 0) {
            found.add("dim / heads is " + headDim() + ", rotary positions need an even number");
        }
        if (heads % kvHeads != 0) {
            found.add("heads is " + heads + ", which kvHeads = " + kvHeads + " does not divide");
        }
        return found;
    }

    private static void atLeastOne(List<String> found, String field, int value) {
        if (value < 1) {
            found.add(field + " is " + value + ", at least 1 is needed");
        }
    }
}

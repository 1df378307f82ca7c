package io.bitfrontier.vocabulary;

/**
 * Floating-point operations per token, counted as in PaLM (arXiv 2204.02311, appendix B): 6 per parameter of a matrix
 * multiplication and 12·layers·dim·T for attention's two products over T positions. Convention: the masked half of attention
 * is counted too, and everything that is not a matrix multiplication (norms, softmax, quantizers, AdamW) is not.
 */
public final class Flops {
    private Flops() {}

    /** Parameters a token is multiplied with: the projections and the output head, tied or not; looking up is free. */
    public static long matmulParameters(ModelShape shape) {
        return shape.linearParameters() + (long) shape.vocab() * shape.dim();
    }

    /** Forward and backward pass: 6·N + 12·layers·dim·T. */
    public static double trainPerToken(ModelShape shape, int sequenceLength) {
        return 3 * evaluatePerToken(shape, sequenceLength);
    }

    /** Forward pass alone: a third of training, 2·N + 4·layers·dim·T. */
    public static double evaluatePerToken(ModelShape shape, int sequenceLength) {
        return 2.0 * matmulParameters(shape) + 4.0 * shape.layers() * shape.dim() * sequenceLength;
    }
}

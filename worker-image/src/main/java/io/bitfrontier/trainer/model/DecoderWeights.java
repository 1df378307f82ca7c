package io.bitfrontier.trainer.model;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The tensors a {@link Decoder} multiplies with; legend there. Projections that read the same input are one matrix.
 *
 * @param embedding (V, C)
 * @param blocks one per layer
 * @param norm (C), gain before the head
 * @param head (V, C); the embedding itself where tied
 */
public record DecoderWeights(Tensor embedding, List<Block> blocks, Tensor norm, Tensor head) {
    /**
     * One decoder block.
     *
     * @param attentionNorm (C)
     * @param queryKeyValue ((H + 2K)·D, C): rows of q, then k, then v
     * @param attentionOut (C, H·D)
     * @param ffnNorm (C)
     * @param gateUp (2F, C): rows of gate, then up
     * @param down (C, F)
     */
    public record Block(
            Tensor attentionNorm,
            Tensor queryKeyValue,
            Tensor attentionOut,
            Tensor ffnNorm,
            Tensor gateUp,
            Tensor down) {}
}

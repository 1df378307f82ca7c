package io.bitfrontier.trainer.model;

import org.bytedeco.pytorch.Tensor;

/** What evaluation needs of a model. */
public interface LanguageModel {
    int vocab();

    /**
     * Next-token logits at every position.
     *
     * @param tokens (B, T) int64
     * @return (B, T, V) float32
     */
    Tensor logits(Tensor tokens);
}

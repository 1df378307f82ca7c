package io.bitfrontier.vocabulary.work;

/**
 * AdamW (arXiv 1711.05101) with decoupled decay on matrices only.
 *
 * @param learningRate peak rate
 * @param scaleLearningRate factor on α's rate: α of a matrix moves with this × rate × mean(α)/mean|w|, both means taken when
 *     the trajectory starts
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay applied to matrices (embedding included), never to norms or α
 * @param gradientClip bound on the global gradient norm; 0 for none
 */
public record OptimizerSpec(
        double learningRate,
        double scaleLearningRate,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double gradientClip) {
    public OptimizerSpec withLearningRate(double rate) {
        return new OptimizerSpec(rate, scaleLearningRate, beta1, beta2, epsilon, weightDecay, gradientClip);
    }
}

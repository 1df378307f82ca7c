package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import java.util.Map;

/**
 * How the points of a grid are trained and measured.
 *
 * @param data where tokens come from
 * @param sequenceLength tokens per sequence
 * @param batchTokens tokens per optimizer step
 * @param microBatches parts of a step
 * @param schedule the curve over a budget
 * @param warmupSteps absolute, so that budgets share their trunk
 * @param optimizer AdamW of full-precision and from-scratch training, but for the rate
 * @param learningRates peak rate per model of the grid
 * @param qatLearningRates peak rate of the QAT phase of FP→QAT where it differs from the model's
 * @param qatWeightDecay decay of the QAT phase of FP→QAT
 * @param independent whether every point is trained alone, with a seed of its own
 * @param evaluation what is measured of every point
 */
public record TrainingSettings(
        DataSpec data,
        int sequenceLength,
        int batchTokens,
        int microBatches,
        Schedule schedule,
        int warmupSteps,
        OptimizerSpec optimizer,
        Map<String, Double> learningRates,
        Map<Precision, Double> qatLearningRates,
        double qatWeightDecay,
        boolean independent,
        EvaluationSpec evaluation) {
    public TrainingSettings {
        learningRates = Map.copyOf(learningRates);
        qatLearningRates = Map.copyOf(qatLearningRates);
    }

    /** Curves of the learning rate over a budget. */
    public enum Schedule {
        /** Warmup-stable-decay: budgets share one trunk. */
        WSD("wsd"),
        /** Half a cosine over the budget: nothing is shared between budgets. */
        COSINE("cosine");

        private final String label;

        Schedule(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    OptimizerSpec optimizerOf(String model) {
        Double rate = learningRates.get(model);
        if (rate == null) {
            throw new IllegalArgumentException("no learning rate for " + model);
        }
        return optimizer.withLearningRate(rate);
    }

    OptimizerSpec qatOptimizerOf(String model, Precision precision) {
        OptimizerSpec base = optimizerOf(model);
        double rate = qatLearningRates.getOrDefault(precision, base.learningRate());
        return new OptimizerSpec(
                rate,
                base.scaleLearningRate(),
                base.beta1(),
                base.beta2(),
                base.epsilon(),
                qatWeightDecay,
                base.gradientClip());
    }

    /** The same points as common practice trains them: a cosine over each budget, parents reused within it. */
    TrainingSettings commonPractice() {
        return new TrainingSettings(
                data,
                sequenceLength,
                batchTokens,
                microBatches,
                Schedule.COSINE,
                warmupSteps,
                optimizer,
                learningRates,
                qatLearningRates,
                qatWeightDecay,
                false,
                evaluation);
    }
}

package io.bitfrontier.trainer.train;

import io.bitfrontier.trainer.model.ParameterLayout;
import io.bitfrontier.trainer.model.ParameterLayout.Segment;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * AdamW (arXiv 1711.05101, algorithm 2) over the flat arena, in place. Three ranges: matrices and embedding decay; norms do not;
 * α neither, and each α learns at its matrix's own rate.
 *
 * <p>The arithmetic of an element is PyTorch's, operation by operation. A range is worked off in parts that stay in the cache,
 * since a step passes over each element several times.
 */
final class AdamW {
    /** Elements per part: four float arrays of it are 1 MiB. */
    private static final long PART = 1 << 16;

    private final TrainingState state;
    private final OptimizerSpec spec;
    private final long decayEnd;
    private final long scalesStart;
    private final long end;

    AdamW(TrainingState state) {
        this.state = state;
        this.spec = state.trajectory().optimizer();
        ParameterLayout layout = state.arena().layout();
        decayEnd = layout.start(Segment.NORMS);
        scalesStart = layout.start(Segment.SCALES);
        end = layout.size();
    }

    /**
     * Scales all gradients so that their norm is at most the clip.
     *
     * @return the global norm before that
     */
    double clip() {
        try (PointerScope scope = new PointerScope()) {
            Tensor gradients = state.arena().gradients();
            double norm = gradients.norm().item_double();
            double factor = spec.gradientClip() / (norm + 1e-6);
            if (spec.gradientClip() > 0 && factor < 1) {
                gradients.mul_(new Scalar(factor));
            }
            return norm;
        }
    }

    /** One step at this learning rate, with the counts of the state's progress plus one. */
    void step(double learningRate) {
        Progress progress = state.progress();
        long steps = progress.optimizerSteps() + 1;
        range(0, decayEnd, learningRate, steps, spec.weightDecay(), false);
        range(decayEnd, scalesStart, learningRate, steps, 0, false);
        range(scalesStart, end, learningRate, progress.scaleSteps() + 1, 0, true);
    }

    private void range(long from, long to, double rate, long steps, double decay, boolean scales) {
        double firstCorrection = 1 - Math.pow(spec.beta1(), steps);
        double secondCorrection = 1 - Math.pow(spec.beta2(), steps);
        for (long at = from; at < to; at += PART) {
            long count = Math.min(PART, to - at);
            try (PointerScope scope = new PointerScope()) {
                Tensor weight = state.arena().values().narrow(0, at, count);
                Tensor gradient = state.arena().gradients().narrow(0, at, count);
                Tensor first = state.firstMoment().narrow(0, at, count);
                Tensor second = state.secondMoment().narrow(0, at, count);
                if (decay != 0) {
                    weight.mul_(new Scalar(1 - rate * decay));
                }
                first.lerp_(gradient, new Scalar(1 - spec.beta1()));
                second.mul_(new Scalar(spec.beta2())).addcmul_(gradient, gradient, new Scalar(1 - spec.beta2()));
                Tensor denominator = second.sqrt()
                        .div_(new Scalar(Math.sqrt(secondCorrection)))
                        .add_(new Scalar(spec.epsilon()));
                if (scales) {
                    Tensor ratio = state.scaleRatios().narrow(0, at - scalesStart, count);
                    double scaleRate = rate * spec.scaleLearningRate();
                    weight.addcmul_(first.div(denominator), ratio, new Scalar(-scaleRate / firstCorrection));
                } else {
                    weight.addcdiv_(first, denominator, new Scalar(-rate / firstCorrection));
                }
            }
        }
    }
}

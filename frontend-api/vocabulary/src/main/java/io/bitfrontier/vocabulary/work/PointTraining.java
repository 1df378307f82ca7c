package io.bitfrontier.vocabulary.work;

import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.Scheme;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How one point is trained, and the trajectories that this comes to.
 *
 * @param warmupSteps absolute, so that budgets share their trunk
 * @param cosine half a cosine over the budget in place of warmup-stable-decay
 * @param optimizer of full-precision and from-scratch training
 * @param qatOptimizer of the QAT phase of FP→QAT
 */
public record PointTraining(
        ModelShape model,
        DataSpec data,
        long seed,
        int sequenceLength,
        int batchTokens,
        int microBatches,
        boolean cosine,
        int warmupSteps,
        OptimizerSpec optimizer,
        OptimizerSpec qatOptimizer) {
    /**
     * A trajectory and how far it is followed.
     *
     * @param tokens lineage tokens
     */
    public record Link(TrajectorySpec trajectory, long tokens) {}

    /**
     * The trajectories of a point, each starting from the end of the one before, the last ending in the point's state.
     *
     * @param steps the budget in optimizer steps, at least 1; at least 2 for FP→QAT
     * @param quantizer null in full precision
     */
    public List<Link> lineage(Scheme scheme, @Nullable QuantizerSpec quantizer, long steps) {
        return lineage(scheme, quantizer, steps, TrajectorySpec::fingerprint);
    }

    /**
     * As {@link #lineage(Scheme, QuantizerSpec, long)}, for callers that meet the same trajectories again and again.
     *
     * @param fingerprints a trajectory's fingerprint, remembered
     */
    public List<Link> lineage(
            Scheme scheme,
            @Nullable QuantizerSpec quantizer,
            long steps,
            Function<TrajectorySpec, String> fingerprints) {
        Links links = new Links(fingerprints);
        switch (scheme.kind()) {
            case FULL_PRECISION -> annealed(links, steps, null);
            case PTQ -> {
                annealed(links, steps, null);
                follow(links, optimizer, ScheduleSpec.linear(0), quantizer, false, 0);
            }
            case QAT_FROM_SCRATCH -> annealed(links, steps, quantizer);
            case FP_THEN_QAT -> thenQat(links, scheme, quantizer, steps);
        }
        return links.all;
    }

    /** What has been followed so far. */
    private static final class Links {
        private final Function<TrajectorySpec, String> fingerprints;
        private final List<Link> all = new ArrayList<>();

        private Links(Function<TrajectorySpec, String> fingerprints) {
            this.fingerprints = fingerprints;
        }

        private TrajectorySpec.@Nullable Start end(boolean carryOptimizer) {
            if (all.isEmpty()) {
                return null;
            }
            Link last = all.get(all.size() - 1);
            return new TrajectorySpec.Start(fingerprints.apply(last.trajectory()), last.tokens(), carryOptimizer);
        }
    }

    private void annealed(Links links, long steps, @Nullable QuantizerSpec quantizer) {
        if (cosine) {
            follow(links, optimizer, ScheduleSpec.cosine(warmupSteps, steps), quantizer, false, steps);
            return;
        }
        long decay = Steps.decay(steps);
        if (steps > decay) {
            trunk(links, steps - decay, quantizer);
        }
        follow(links, optimizer, ScheduleSpec.linear(decay), quantizer, true, decay);
    }

    private void trunk(Links links, long steps, @Nullable QuantizerSpec quantizer) {
        follow(links, optimizer, ScheduleSpec.stable(warmupSteps), quantizer, false, steps);
    }

    private void thenQat(Links links, Scheme scheme, @Nullable QuantizerSpec quantizer, long steps) {
        BigDecimal fraction = scheme.qatFraction();
        if (fraction == null) {
            throw new IllegalArgumentException("scheme " + scheme.label() + " has no qatFraction");
        }
        long qatSteps = Steps.qat(steps, fraction);
        boolean stable = scheme.parent() == Scheme.Parent.STABLE && !cosine;
        if (stable) {
            trunk(links, steps - qatSteps, null);
        } else {
            annealed(links, steps - qatSteps, null);
        }
        ScheduleSpec schedule = cosine ? ScheduleSpec.cosine(0, qatSteps) : ScheduleSpec.linear(qatSteps);
        follow(links, qatOptimizer, schedule, quantizer, stable, qatSteps);
    }

    private void follow(
            Links links,
            OptimizerSpec rates,
            ScheduleSpec schedule,
            @Nullable QuantizerSpec quantizer,
            boolean carryOptimizer,
            long steps) {
        TrajectorySpec trajectory = new TrajectorySpec(
                TrajectorySpec.NUMERICS,
                model,
                data,
                seed,
                sequenceLength,
                batchTokens,
                microBatches,
                rates,
                schedule,
                quantizer,
                links.end(carryOptimizer));
        links.all.add(new Link(trajectory, trajectory.startTokens() + steps * batchTokens));
    }
}

package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.Scheme;
import io.bitfrontier.vocabulary.work.OptimizerSpec;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.ScheduleSpec;
import io.bitfrontier.vocabulary.work.StateKey;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The trajectories behind grid points. Equal trajectories are one, so points share whatever they have in common; a trajectory is
 * listed after the one it starts from.
 */
final class Lineages {
    private final TrainingSettings settings;
    private final Map<TrajectorySpec, PlannedTrajectory> trajectories = new LinkedHashMap<>();

    Lineages(TrainingSettings settings) {
        this.settings = settings;
    }

    List<PlannedTrajectory> trajectories() {
        return new ArrayList<>(trajectories.values());
    }

    /** The state that is evaluated for a point; everything on the way to it is kept as well. */
    StateKey stateOf(GridPoint point) {
        Line line = new Line(point);
        long steps = point.tokens() / settings.batchTokens();
        return switch (point.scheme().kind()) {
            case FULL_PRECISION -> line.annealed(steps, null);
            case PTQ -> line.quantized(line.annealed(steps, null));
            case QAT_FROM_SCRATCH -> line.annealed(steps, line.quantizer());
            case FP_THEN_QAT -> line.thenQat(steps);
        };
    }

    /** The chain of one point. */
    private final class Line {
        private final GridPoint point;
        private final long seed;
        private final OptimizerSpec optimizer;

        Line(GridPoint point) {
            this.point = point;
            this.seed = settings.independent() ? point.derivedSeed() : point.seed();
            this.optimizer = settings.optimizerOf(point.model());
        }

        QuantizerSpec quantizer() {
            return QuantizerSpec.of(Objects.requireNonNull(point.quantizer()), point.precision());
        }

        /** {@code steps} from fresh weights to a rate of zero, the quantizer on all along or not at all. */
        StateKey annealed(long steps, @Nullable QuantizerSpec quantizer) {
            if (settings.schedule() == TrainingSettings.Schedule.COSINE) {
                ScheduleSpec cosine = ScheduleSpec.cosine(settings.warmupSteps(), steps);
                return follow(optimizer, cosine, quantizer, null, steps);
            }
            long decay = Steps.decay(steps);
            TrajectorySpec.@Nullable Start start = null;
            if (steps > decay) {
                StateKey trunk = trunk(steps - decay, quantizer);
                start = new TrajectorySpec.Start(trunk.trajectory(), trunk.tokens(), true);
            }
            return follow(optimizer, ScheduleSpec.linear(decay), quantizer, start, decay);
        }

        private StateKey trunk(long steps, @Nullable QuantizerSpec quantizer) {
            return follow(optimizer, ScheduleSpec.stable(settings.warmupSteps()), quantizer, null, steps);
        }

        /** Post-training quantization: a trajectory of its own that ends where it starts. */
        StateKey quantized(StateKey parent) {
            TrajectorySpec.Start start = new TrajectorySpec.Start(parent.trajectory(), parent.tokens(), false);
            return follow(optimizer, ScheduleSpec.linear(0), quantizer(), start, 0);
        }

        StateKey thenQat(long steps) {
            Scheme scheme = point.scheme();
            long qatSteps = Steps.qat(steps, Objects.requireNonNull(scheme.qatFraction()));
            long parentSteps = steps - qatSteps;
            boolean cosine = settings.schedule() == TrainingSettings.Schedule.COSINE;
            boolean stable = scheme.parent() == Scheme.Parent.STABLE && !cosine;
            StateKey parent = stable ? trunk(parentSteps, null) : annealed(parentSteps, null);
            ScheduleSpec schedule = cosine ? ScheduleSpec.cosine(0, qatSteps) : ScheduleSpec.linear(qatSteps);
            TrajectorySpec.Start start = new TrajectorySpec.Start(parent.trajectory(), parent.tokens(), stable);
            OptimizerSpec qat = settings.qatOptimizerOf(point.model(), point.precision());
            return follow(qat, schedule, quantizer(), start, qatSteps);
        }

        private StateKey follow(
                OptimizerSpec rates,
                ScheduleSpec schedule,
                @Nullable QuantizerSpec quantizer,
                TrajectorySpec.@Nullable Start start,
                long steps) {
            TrajectorySpec spec = new TrajectorySpec(
                    TrajectorySpec.NUMERICS,
                    point.shape(),
                    settings.data(),
                    seed,
                    settings.sequenceLength(),
                    settings.batchTokens(),
                    settings.microBatches(),
                    rates,
                    schedule,
                    quantizer,
                    start);
            PlannedTrajectory trajectory =
                    trajectories.computeIfAbsent(spec, s -> new PlannedTrajectory(s, point.model()));
            long tokens = spec.startTokens() + steps * settings.batchTokens();
            trajectory.keep(tokens);
            return new StateKey(trajectory.fingerprint(), tokens);
        }
    }
}

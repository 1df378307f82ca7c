package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.work.PointTraining;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import io.bitfrontier.vocabulary.work.StateKey;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        @Nullable
        QuantizerSpec quantizer =
                point.quantizer() == null ? null : QuantizerSpec.of(point.quantizer(), point.precision());
        long steps = point.tokens() / settings.batchTokens();
        StateKey state = null;
        for (PointTraining.Link link : training(point).lineage(point.scheme(), quantizer, steps)) {
            PlannedTrajectory trajectory =
                    trajectories.computeIfAbsent(link.trajectory(), spec -> new PlannedTrajectory(spec, point.model()));
            trajectory.keep(link.tokens());
            state = new StateKey(trajectory.fingerprint(), link.tokens());
        }
        if (state == null) {
            throw new IllegalStateException("no trajectory leads to " + point);
        }
        return state;
    }

    private PointTraining training(GridPoint point) {
        return new PointTraining(
                point.shape(),
                settings.data(),
                settings.independent() ? point.derivedSeed() : point.seed(),
                settings.sequenceLength(),
                settings.batchTokens(),
                settings.microBatches(),
                settings.schedule() == TrainingSettings.Schedule.COSINE,
                settings.warmupSteps(),
                settings.optimizerOf(point.model()),
                settings.qatOptimizerOf(point.model(), point.precision()));
    }
}

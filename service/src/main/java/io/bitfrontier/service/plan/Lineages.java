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
        PointTraining.Link end = follow(point);
        return new StateKey(of(end.trajectory(), point).fingerprint(), end.tokens());
    }

    /** Keeps everything that a point needs; the last of it. */
    PointTraining.Link follow(GridPoint point) {
        @Nullable
        QuantizerSpec quantizer =
                point.quantizer() == null ? null : QuantizerSpec.of(point.quantizer(), point.precision());
        long steps = point.tokens() / settings.batchTokens();
        List<PointTraining.Link> links = training(point)
                .lineage(point.scheme(), quantizer, steps, spec -> of(spec, point)
                        .fingerprint());
        links.forEach(link -> of(link.trajectory(), point).keep(link.tokens()));
        return links.get(links.size() - 1);
    }

    private PlannedTrajectory of(TrajectorySpec spec, GridPoint point) {
        return trajectories.computeIfAbsent(spec, fresh -> new PlannedTrajectory(fresh, point.model()));
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

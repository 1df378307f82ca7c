package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.StateKey;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.List;

/**
 * What a sweep needs done.
 *
 * @param trajectories what is trained, each after the one it starts from
 * @param evaluations what is measured; its states are the ones that the sweep is after, all others lead to them
 * @param resourceClass of the runs that are new; a run that is there already keeps its own
 */
public record RequiredWork(List<Trajectory> trajectories, List<Evaluation> evaluations, String resourceClass) {
    public RequiredWork {
        trajectories = List.copyOf(trajectories);
        evaluations = List.copyOf(evaluations);
    }

    /**
     * A trajectory and where its states are kept.
     *
     * @param model name of the model in the catalog, or its dimensions
     * @param flopsPerToken of training it
     * @param states lineage tokens of the states that are kept, ascending
     */
    public record Trajectory(
            String fingerprint, TrajectorySpec spec, String model, double flopsPerToken, List<Long> states) {
        String precision() {
            return spec.quantizer() == null
                    ? "16"
                    : spec.quantizer().precision().label();
        }
    }

    /** An evaluation of a state, and its FLOPs. */
    public record Evaluation(StateKey state, EvaluationSpec spec, double flops) {}
}

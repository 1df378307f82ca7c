package io.bitfrontier.trainer.eval;

import io.bitfrontier.trainer.train.CheckpointModel;
import io.bitfrontier.trainer.train.Checkpoints;
import io.bitfrontier.trainer.train.TrainingMonitor;
import io.bitfrontier.trainer.train.TrainingMonitor.Directive;
import io.bitfrontier.trainer.train.WorkInterruptedException;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.EvaluateWork;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import io.bitfrontier.vocabulary.work.EvaluationResult.LayerDrift;
import io.bitfrontier.vocabulary.work.EvaluationResult.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;

/** Measures a stored state: the model as it answers, and how far its masters moved from where its trajectory started. */
public final class Evaluation {
    private final Checkpoints checkpoints;
    private final Evaluator evaluator = new Evaluator();

    public Evaluation(Checkpoints checkpoints) {
        this.checkpoints = checkpoints;
    }

    /**
     * Evaluates as {@code work.evaluation()} says.
     *
     * @throws io.bitfrontier.trainer.train.WorkFailedException if the state cannot be read, or as {@link Evaluator#evaluate} does
     * @throws WorkInterruptedException if the monitor asks to end; nothing of an evaluation is kept
     */
    public EvaluationResult evaluate(EvaluateWork work, TrainingMonitor monitor) {
        List<Metric> metrics = new ArrayList<>();
        try (CheckpointModel model = checkpoints.openModel(work.checkpoint(), work.trajectory())) {
            metrics.addAll(evaluator.evaluate(model, work.evaluation(), () -> leaveIfAsked(monitor)));
        }
        List<LayerDrift> drifts = drifts(work);
        if (!drifts.isEmpty()) {
            metrics.add(
                    new Metric(EvaluationResult.DRIFT_MEDIAN, WeightDrift.median(drifts), null, drifts.size(), null));
        }
        monitor.log("evaluated at " + work.tokens() + " tokens: " + summary(metrics));
        return new EvaluationResult(List.copyOf(metrics), drifts);
    }

    private static void leaveIfAsked(TrainingMonitor monitor) {
        Directive directive = monitor.directive();
        if (directive != Directive.CONTINUE) {
            throw new WorkInterruptedException(directive);
        }
    }

    private List<LayerDrift> drifts(EvaluateWork work) {
        StoredCheckpoint reference = work.reference();
        if (reference == null) {
            return List.of();
        }
        try (PointerScope scope = new PointerScope()) {
            return WeightDrift.between(
                    checkpoints.projections(work.checkpoint(), work.trajectory().model()),
                    checkpoints.projections(reference, work.trajectory().model()));
        }
    }

    private static String summary(List<Metric> metrics) {
        List<String> parts = new ArrayList<>();
        for (Metric metric : metrics) {
            if (!metric.name().startsWith(EvaluationResult.CHOICES_ACCURACY + ".")) {
                parts.add(String.format(Locale.ROOT, "%s %.4f", metric.name(), metric.value()));
            }
        }
        return String.join(", ", parts);
    }
}

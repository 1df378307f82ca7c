package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.protocol.WorkerProtocol.EvaluateWork;
import io.bitfrontier.vocabulary.work.EvaluationResult;

/** Measures a stored state; see {@link WorkExecutor#evaluate}. */
@FunctionalInterface
public interface StateEvaluator {
    EvaluationResult evaluate(EvaluateWork work, TrainingMonitor monitor);
}

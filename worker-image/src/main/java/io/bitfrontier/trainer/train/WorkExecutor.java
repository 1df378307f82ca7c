package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.protocol.WorkerProtocol.EvaluateWork;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import java.nio.file.Path;

/**
 * Does one piece of work in this process.
 *
 * <p>Both throw {@link WorkFailedException} when it cannot be done and {@link WorkInterruptedException} when the monitor asked
 * to end.
 */
public interface WorkExecutor {
    /** Brings a trajectory to {@code work.toTokens()} and stores the state below {@code directory}. */
    StoredCheckpoint train(TrainWork work, Path directory, TrainingMonitor monitor);

    /** Measures a stored state. */
    EvaluationResult evaluate(EvaluateWork work, TrainingMonitor monitor);
}

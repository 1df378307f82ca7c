package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Steps a state to its goal; once in a while a metric row, a checkpoint. */
final class TrainingLoop {
    private final TrainingState state;
    private final TrainingStep step;
    private final Turns turns;
    private final TrainWork work;
    private final Path directory;
    private final TrainingMonitor monitor;
    private final Checkpoints checkpoints;
    private final Clock clock;
    private final long stepsPerRow;

    private Instant lastCheckpoint;
    private Instant lastRow;
    private long tokensAtLastRow;
    private long tokensAtLastCheckpoint;

    TrainingLoop(
            TrainingState state,
            TrainingStep step,
            Turns turns,
            TrainWork work,
            Path directory,
            TrainingMonitor monitor,
            Checkpoints checkpoints,
            Clock clock) {
        this.state = state;
        this.step = step;
        this.turns = turns;
        this.work = work;
        this.directory = directory;
        this.monitor = monitor;
        this.checkpoints = checkpoints;
        this.clock = clock;
        this.stepsPerRow = MetricCadence.stepsPerRow(state.trajectory());
        this.lastCheckpoint = clock.instant();
        this.lastRow = lastCheckpoint;
        this.tokensAtLastRow = state.progress().tokens();
        this.tokensAtLastCheckpoint = tokensAtLastRow;
    }

    void run() {
        while (state.progress().tokens() < work.toTokens()) {
            obey(monitor.directive());
            turns.say(true);
            TrainingStep.Result result = step.run();
            long tokens = state.progress().tokens();
            boolean atEnd = tokens >= work.toTokens();
            long stepOfTrajectory = (tokens - state.trajectory().startTokens())
                    / state.trajectory().batchTokens();
            if (atEnd || stepOfTrajectory % stepsPerRow == 0) {
                report(result);
            }
            if (!atEnd && Duration.between(lastCheckpoint, clock.instant()).toSeconds() >= work.checkpointSeconds()) {
                checkpoint();
            }
        }
        turns.say(false);
    }

    private void obey(TrainingMonitor.Directive directive) {
        switch (directive) {
            case CONTINUE -> {}
            case STOP -> throw new WorkInterruptedException(directive);
            case CHECKPOINT_AND_LEAVE -> {
                if (state.progress().tokens() > tokensAtLastCheckpoint) {
                    checkpoint();
                }
                throw new WorkInterruptedException(directive);
            }
        }
    }

    private void report(TrainingStep.Result last) {
        Progress progress = state.progress();
        Instant now = clock.instant();
        double seconds = Math.max(1e-9, Duration.between(lastRow, now).toNanos() / 1e9);
        monitor.step(new MetricRow(
                progress.tokens(),
                progress.step(),
                progress.pendingLoss() / progress.pendingSteps(),
                last.learningRate(),
                progress.pendingNorm() / progress.pendingSteps(),
                (progress.tokens() - tokensAtLastRow) / seconds,
                ResidentMemory.bytes()));
        state.progress(progress.reported());
        lastRow = now;
        tokensAtLastRow = progress.tokens();
    }

    private void checkpoint() {
        StoredCheckpoint stored = checkpoints.store(state, directory, monitor::mayWrite);
        tokensAtLastCheckpoint = stored.tokens();
        lastCheckpoint = clock.instant();
        monitor.checkpoint(stored);
    }
}

package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;

/** What the training loop tells, and asks, whoever runs it. Called on the training thread; must not block on a network. */
public interface TrainingMonitor {
    /** Where this execution began: 0, the start of the run, or the checkpoint it resumed from. Called once, before any row. */
    void started(long resumedFromTokens);

    /** A finished optimizer step. */
    void step(MetricRow row);

    /** A checkpoint on the way is complete and durable on disk. */
    void checkpoint(StoredCheckpoint checkpoint);

    /** One line for the attempt's log. */
    void log(String line);

    /**
     * Whether what is written now can still count. Asked before a state is written and again before it gets its final name: a
     * process may be frozen in between, and thawed when its work is another's. A training that may not write ends with {@link
     * WorkInterruptedException}.
     */
    default boolean mayWrite() {
        return true;
    }

    /** Asked before every step. */
    Directive directive();

    /** What the loop does next. */
    enum Directive {
        CONTINUE,
        /** Write a checkpoint, report it, and end with {@link WorkInterruptedException}. */
        CHECKPOINT_AND_LEAVE,
        /** End with {@link WorkInterruptedException} at once. */
        STOP
    }
}

package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.work.TrajectorySpec;

/** The other ranks, as the leader has them at its command. */
public interface Team extends AutoCloseable {
    /** No others. */
    Team ALONE = new Team() {
        @Override
        public Ranks begin(Task task) {
            return Ranks.ALONE;
        }

        @Override
        public void end() {}

        @Override
        public void abort() {}
    };

    /**
     * What every rank must know before the state's tensors reach it.
     *
     * @param trajectory what is trained
     * @param progress where the state stands
     */
    record Task(TrajectorySpec trajectory, Progress progress) {}

    /**
     * Makes all ranks ready for a piece of work; they wait for the state's tensors.
     *
     * @throws WorkFailedException if a rank cannot
     */
    Ranks begin(Task task);

    /** The work has ended in order: all ranks know, and wait for the next. */
    void end();

    /** The work has ended otherwise: the other ranks, which may be anywhere, are ended; {@link #begin} makes new ones. */
    void abort();

    @Override
    default void close() {
        abort();
    }
}

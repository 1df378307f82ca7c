package io.bitfrontier.service.failpoint;

/**
 * Every place between a write to the database and a call to the launcher, an operation on files, or an answer to a worker. A
 * service that ends at any of them loses and doubles nothing; a test ends one at each.
 */
public enum FailPoint {
    /** A worker has a row and no process yet. */
    WORKER_ROW_STORED,
    /** A worker has a Job and no Secret to start with. */
    JOB_MADE,
    /** A worker runs and its row does not know how it is found. */
    WORKER_LAUNCHED,
    /** A worker runs and its row knows. */
    WORKER_LAUNCH_NOTED,
    /** The launcher refused a worker whose row still waits for it. */
    LAUNCH_REFUSED,
    /** The row of a worker that could not be launched has ended. */
    LAUNCH_REFUSAL_NOTED,
    /** A worker was found that its row does not know. */
    WORKER_FOUND,
    /** A worker was found that no living row stands for. */
    ORPHAN_FOUND,
    /** It has been ended. */
    ORPHAN_KILLED,
    /** A worker without an attempt has given no sign of life for too long. */
    SILENT_WORKER_FOUND,
    /** It has been ended, its row has not. */
    SILENT_WORKER_KILLED,
    /** A worker is proven dead, its attempts and its row do not know. */
    DEATH_SEEN,
    /** Its attempts have ended, its row has not. */
    ATTEMPTS_LOST,
    /** Its row has ended, and what remains of it is still there. */
    WORKER_ENDED,
    /** Nothing remains of it. */
    WORKER_FORGOTTEN,
    /** The service stops: a worker is to leave and has not been told. */
    DRAIN_NOTED,
    /** The service stops: all workers have been told. */
    WORKERS_TOLD,
    /** The service stops: a worker did not leave in time. */
    STRAGGLER_FOUND,
    /** The service stops: that worker has been ended, its row has not. */
    STRAGGLER_KILLED,
    /** A worker has an attempt and does not know. */
    CLAIM_STORED,
    /** A batch of metrics is stored and its worker does not know. */
    METRICS_STORED,
    /** A checkpoint is registered and its worker does not know. */
    CHECKPOINT_STORED,
    /** A worker has reported its results and nothing is stored. */
    COMPLETION_RECEIVED,
    /** A run has succeeded, its worker does not know and its checkpoints on the way are still there. */
    COMPLETION_STORED,
    /** An attempt has failed and its worker does not know. */
    FAILURE_STORED,
    /** A checkpoint on the way is marked as going and its files are still there. */
    FILES_UNNEEDED,
    /** Files are removed and their row is still there. */
    FILES_REMOVED,
    /** States that nobody needs have been taken from the registry, and their files are still there. */
    EVICTION_STORED,
    /** The files of such a state are removed, and its row says that they are going. */
    EVICTED_FILES_REMOVED,
    /** What an attempt wrote and did not register is removed, and its row does not know. */
    LEFTOVERS_REMOVED
}

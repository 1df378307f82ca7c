package io.bitfrontier.service.run;

/** What can happen to a run. */
public enum RunEvent {
    /** The state it starts from has been stored. */
    START_STORED,
    /** What it starts from has failed. */
    START_FAILED,
    /** A worker took it. */
    CLAIMED,
    /** Its results are stored. */
    COMPLETED,
    /** The worker was asked to leave. */
    PREEMPTED,
    /** The worker is gone or silent past its lease. */
    LOST,
    /** An attempt failed and its class allows another. */
    RETRIED,
    /** An attempt failed and its class allows no other. */
    FAILED,
    /** No living sweep needs it any more. */
    CANCELLED
}

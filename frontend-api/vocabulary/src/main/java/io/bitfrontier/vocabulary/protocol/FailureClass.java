package io.bitfrontier.vocabulary.protocol;

/** Who must act on an attempt that ended without a result; decides how often the run is tried again. */
public enum FailureClass {
    /** The specification cannot work: never retried. */
    USER,
    /** Loss or gradient became non-finite: the same bits would come again, so never retried. */
    DIVERGENCE,
    /** The machine, the image or the store misbehaved: retried a few times. */
    PLATFORM,
    /** Asked to leave: retried without counting. */
    PREEMPTED,
    /** No sign of life past the lease, or proof of death: retried; counted apart. */
    LOST,
    /** Killed for memory: retried once. */
    OUT_OF_MEMORY,
    /** Ran longer than its limit. */
    TIMEOUT,
    /** The process succeeded but its results are not stored. */
    RESULTS_MISSING
}

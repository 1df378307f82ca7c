package io.bitfrontier.vocabulary.protocol;

/** States of a run. SUCCEEDED, FAILED and CANCELLED are final. */
public enum RunState {
    PLANNED,
    READY,
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    public boolean isFinal() {
        return this == SUCCEEDED || this == FAILED || this == CANCELLED;
    }
}

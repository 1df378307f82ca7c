package io.bitfrontier.service.failpoint;

/** Is told when a fail point is passed. The default does nothing. */
@FunctionalInterface
public interface FailPoints {
    void pass(FailPoint point);

    /** Nothing happens anywhere. */
    FailPoints NONE = point -> {};
}

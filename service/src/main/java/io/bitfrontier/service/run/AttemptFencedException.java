package io.bitfrontier.service.run;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;

/** A write by an attempt that has ended: its lease was lost, its run cancelled or finished. */
public final class AttemptFencedException extends ProblemException {
    private static final long serialVersionUID = 1L;

    public AttemptFencedException(long attemptId) {
        super(ProblemCode.ATTEMPT_FENCED, "Attempt " + attemptId + " has ended and may no longer write");
    }
}

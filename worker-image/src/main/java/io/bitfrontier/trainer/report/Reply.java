package io.bitfrontier.trainer.report;

import org.jspecify.annotations.Nullable;

/**
 * What became of one message to the service.
 *
 * @param status the class of answer
 * @param body the answer's body; set where {@code status} is {@link Status#OK} and the endpoint has one
 * @param expectedSequence metric sequence to go on from, with {@link Status#METRICS_REFUSED}; otherwise 0
 * @param reason one sentence for the log; empty where {@code status} is {@link Status#OK}
 */
record Reply<T>(Status status, @Nullable T body, long expectedSequence, String reason) {
    /** Classes of answers, by what the worker does next. */
    enum Status {
        OK,
        /** Nothing fits now: ask again later. */
        NOTHING,
        /** The service wants this worker gone. */
        LEAVE,
        /** The attempt is no longer this worker's. */
        FENCED,
        /** A metric batch is missing; {@link Reply#expectedSequence} says which. */
        METRICS_REFUSED,
        /** The token is not, or no longer, valid. */
        UNAUTHORIZED,
        /** The same message would be refused again. */
        REFUSED,
        /** No answer, or an answer that says to try again: send the same message later. */
        UNREACHABLE
    }

    static <T> Reply<T> of(Status status, String reason) {
        return new Reply<>(status, null, 0, reason);
    }

    boolean ok() {
        return status == Status.OK;
    }

    /** Whether the attempt's right to be written to has ended. */
    boolean endsAttempt() {
        return status == Status.FENCED || status == Status.UNAUTHORIZED;
    }
}

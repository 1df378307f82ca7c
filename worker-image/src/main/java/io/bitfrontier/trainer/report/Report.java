package io.bitfrontier.trainer.report;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.work.EvaluationResult;
import org.jspecify.annotations.Nullable;

/** How the work of an attempt ended. */
sealed interface Report {
    /** One line for the worker's own log. */
    String summary();

    /** Exactly one of the two is set. */
    record Done(
            @Nullable StoredCheckpoint checkpoint, @Nullable EvaluationResult result) implements Report {
        @Override
        public String summary() {
            return checkpoint == null ? "evaluated" : "reached " + checkpoint.tokens() + " tokens";
        }
    }

    /** The service has given the attempt up: it wants no report. */
    record Nothing(String why) implements Report {
        @Override
        public String summary() {
            return "given up by the service, " + why;
        }
    }

    /** No result, and who must act. */
    record Failed(FailureClass failureClass, String message) implements Report {
        /** Longest message sent: one sentence, not a native stack. */
        private static final int LONGEST = 500;

        public Failed {
            String line = message.strip().lines().findFirst().orElse("no message");
            message = line.length() <= LONGEST ? line : line.substring(0, LONGEST);
        }

        @Override
        public String summary() {
            return failureClass + ": " + message;
        }
    }
}

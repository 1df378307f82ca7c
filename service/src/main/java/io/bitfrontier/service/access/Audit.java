package io.bitfrontier.service.access;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionExecution;

/** The audit row of the request that the current thread serves. */
public final class Audit {
    private static final ThreadLocal<@Nullable Change> CURRENT = new ThreadLocal<>();

    private Audit() {}

    /**
     * Says what a request changes whose path does not name it. Outside of a request that is audited it does nothing.
     *
     * @param project its name
     * @param subject what it is and which: {@code sweep 3f…}, {@code data set books}
     */
    public static void about(String project, String subject) {
        current().ifPresent(change -> {
            change.project = project;
            change.subject = subject;
        });
    }

    static void begin(Change change) {
        CURRENT.set(change);
    }

    static void end() {
        CURRENT.remove();
    }

    static Optional<Change> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** What is known of a change before its row is written. */
    static final class Change {
        final Caller caller;
        final String method;
        final String route;
        final String operation;

        @Nullable
        String project;

        @Nullable
        String subject;

        /** The transaction that has its row; null while none has. */
        @Nullable
        TransactionExecution writer;

        Change(Caller caller, String method, String route, String operation) {
            this.caller = caller;
            this.method = method;
            this.route = route;
            this.operation = operation;
        }
    }
}

package io.bitfrontier.cli.watch;

import io.bitfrontier.cli.CommandFailedException;
import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.Passing;
import io.bitfrontier.cli.api.Repetition;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** Asks again for a minute while the service, or what stands before it, says that it cannot answer now. */
public final class Patience implements Repetition {
    static final Duration LIMIT = Duration.ofSeconds(60);

    private final Context context;

    public Patience(Context context) {
        this.context = context;
    }

    /** The answer, or after a minute the last failure. */
    @Override
    public Answer of(Supplier<Answer> request) {
        Instant limit = null;
        while (true) {
            try {
                return request.get();
            } catch (CommandFailedException e) {
                if (!(e instanceof Passing passing) || !passing.passes()) {
                    throw e;
                }
                Instant next = context.clock().instant().plus(passing.pause());
                if (limit == null) {
                    limit = context.clock().instant().plus(LIMIT);
                    context.err().println(e.getMessage() + "; trying again for " + LIMIT.toSeconds() + " seconds.");
                    context.err().flush();
                }
                if (next.isAfter(limit)) {
                    throw e;
                }
                context.rest(passing.pause());
            }
        }
    }
}

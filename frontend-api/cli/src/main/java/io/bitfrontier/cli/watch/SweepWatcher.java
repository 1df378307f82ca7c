package io.bitfrontier.cli.watch;

import io.bitfrontier.cli.CommandFailedException;
import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Passing;
import io.bitfrontier.cli.api.Repetition;
import io.bitfrontier.cli.api.Sweep;
import io.bitfrontier.cli.api.UnreachableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Looks at a sweep again and again and shows how far it is: one line redrawn on a terminal, plain lines elsewhere. */
public final class SweepWatcher {
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration SPEAK = Duration.ofSeconds(5);
    private static final String REDRAW = "\r\u001b[K";

    private final Context context;
    private final ApiClient api;
    private final Runnable beforeLook;
    private @Nullable Instant spoken;
    private @Nullable Instant silentSince;

    public SweepWatcher(Context context, ApiClient api) {
        this(context, api, () -> {});
    }

    /**
     * With a check of its own.
     *
     * @param beforeLook runs before every look; what it throws ends the watching
     */
    public SweepWatcher(Context context, ApiClient api, Runnable beforeLook) {
        this.context = context;
        // One minute of its own, in which the service may be silent besides.
        this.api = api.repeating(Repetition.NONE);
        this.beforeLook = beforeLook;
    }

    /**
     * Returns the answer in which the sweep has ended. A service that does not answer, or cannot, is given a minute, since it
     * or its database may be starting again.
     */
    public Answer untilEnd(String id) {
        while (true) {
            Answer answer = look(id);
            if (answer != null) {
                Sweep sweep = answer.as(Sweep.class);
                speak(sweep);
                if (sweep.finished()) {
                    return answer;
                }
            }
            context.rest(LOOK);
        }
    }

    private @Nullable Answer look(String id) {
        check();
        try {
            Answer answer = api.get("/api/v1/sweeps/" + id);
            silentSince = null;
            return answer;
        } catch (UnreachableException e) {
            // The reason may be one that only the check knows.
            check();
            bear(e, "The service does not answer");
            return null;
        } catch (CommandFailedException e) {
            if (!(e instanceof Passing passing) || !passing.passes()) {
                endLine();
                throw e;
            }
            bear(e, e.getMessage());
            return null;
        } catch (RuntimeException e) {
            endLine();
            throw e;
        }
    }

    private void bear(CommandFailedException failure, String reason) {
        Instant now = context.clock().instant();
        if (silentSince == null) {
            silentSince = now;
            note(reason + "; trying again for " + Patience.LIMIT.toSeconds() + " seconds.");
        } else if (!now.isBefore(silentSince.plus(Patience.LIMIT))) {
            throw failure;
        }
    }

    private void check() {
        try {
            beforeLook.run();
        } catch (RuntimeException e) {
            endLine();
            throw e;
        }
    }

    private void speak(Sweep sweep) {
        Instant now = context.clock().instant();
        if (context.settings().terminal()) {
            context.err()
                    .print(REDRAW + ProgressLine.bar(sweep, context.settings().columns() - 1));
            context.err().flush();
            spoken = now;
            if (sweep.finished()) {
                endLine();
            }
        } else if (spoken == null || sweep.finished() || !now.isBefore(spoken.plus(SPEAK))) {
            context.err().println(ProgressLine.plain(sweep));
            spoken = now;
        }
    }

    private void note(String text) {
        endLine();
        context.err().println(text);
    }

    private void endLine() {
        if (context.settings().terminal() && spoken != null) {
            context.err().println();
            spoken = null;
        }
    }

    /** How a sweep ended, with every failure that the service names. */
    public static List<String> summary(Sweep sweep) {
        List<String> lines = new ArrayList<>();
        Sweep.Progress progress = sweep.progress();
        lines.add("Sweep " + sweep.name() + " " + sweep.state().toLowerCase(Locale.ROOT) + ": "
                + progress.count("SUCCEEDED") + " of " + progress.total() + " runs done, "
                + Figures.count(progress.tokensDone()) + " tokens trained"
                + (progress.count("FAILED") > 0 ? ", " + progress.count("FAILED") + " runs failed" : ""));
        for (Sweep.Failure f : progress.failed()) {
            lines.add("  run " + f.run() + ": " + f.failureClass() + ": " + f.message());
        }
        return lines;
    }
}

package io.bitfrontier.cli.command;

import io.bitfrontier.cli.CommandFailedException;
import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Settings;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Sweep;
import io.bitfrontier.cli.api.SweepPage;
import io.bitfrontier.cli.watch.Patience;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands that speak to a service have in common. */
abstract class ServiceCommand implements Callable<Integer> {
    static final int DONE = 0;
    static final int FAILED = 1;

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
    private static final Pattern UUID =
            Pattern.compile("\\p{XDigit}{8}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{4}-\\p{XDigit}{12}");

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The service (default: $BITFRONTIER_URL, or http://127.0.0.1:$SERVER_PORT).")
    private @Nullable String url;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "Proves who asks; other users of this machine may see it here (default: $BITFRONTIER_TOKEN).")
    private @Nullable String token;

    @Option(names = "--json", description = "Print what REST returned, exactly.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    private final Context context;

    ServiceCommand(Context context) {
        this.context = context;
    }

    final Context context() {
        return context;
    }

    final boolean json() {
        return json;
    }

    final ApiClient api() {
        URI base = url == null ? context.settings().url() : Settings.parseUrl("--url", url);
        String proof = context.settings().token().token(token);
        if (proof != null
                && "http".equals(base.getScheme())
                && !LOOPBACK.matcher(base.getHost()).matches()) {
            context.err().println("bitfrontier: the token travels unencrypted to " + base + "; use https");
        }
        return new ApiClient(base, proof).repeating(new Patience(context));
    }

    final void print(String text) {
        context.out().println(text);
    }

    /** Prints the answer as it came, or what {@code readable} makes of it. */
    final int show(Answer answer, Runnable readable) {
        if (json) {
            print(answer.body());
        } else {
            readable.run();
        }
        return DONE;
    }

    /** The id of the sweep that a name or an id means. */
    static String sweepId(ApiClient api, String nameOrId) {
        if (UUID.matcher(nameOrId).matches()) {
            return nameOrId;
        }
        SweepPage page = api.get("/api/v1/sweeps", Map.of("name", nameOrId)).as(SweepPage.class);
        if (page.items().isEmpty()) {
            throw new CommandFailedException(
                    "There is no sweep named '" + nameOrId + "'; './bitfrontier sweeps' lists them.");
        }
        if (page.items().size() > 1) {
            throw new CommandFailedException(
                    "Several projects have a sweep named '" + nameOrId + "'; name it by its id, one of "
                            + page.items().stream().map(Sweep::id).collect(Collectors.joining(", ")));
        }
        return page.items().get(0).id();
    }
}

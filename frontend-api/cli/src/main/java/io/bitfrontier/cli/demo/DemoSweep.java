package io.bitfrontier.cli.demo;

import io.bitfrontier.cli.CommandFailedException;
import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.PlanText;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Frontier;
import io.bitfrontier.cli.api.ProblemException;
import io.bitfrontier.cli.api.Sweep;
import io.bitfrontier.cli.chart.FrontierFile;
import io.bitfrontier.cli.chart.FrontierText;
import io.bitfrontier.cli.watch.Patience;
import io.bitfrontier.cli.watch.SweepWatcher;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Submits the demonstration sweep, follows it, and prints what came out. */
final class DemoSweep {
    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;
    private static final Path DRAWING = Path.of("frontier.svg");
    private static final ObjectMapper MAPPER = JsonMapper.shared();

    private final Context context;
    private final ApiClient api;
    private final Runnable requireService;

    DemoSweep(Context context, ApiClient api, Runnable requireService) {
        this.context = context;
        this.api = api.repeating(new Patience(context));
        this.requireService = requireService;
    }

    /** The exit code: 0 when every run succeeded. */
    int run(String document, boolean json) {
        Sweep submitted = submit(document);
        Instant begun = context.clock().instant();
        boolean fresh = !submitted.finished();
        if (!fresh) {
            context.err().println("Sweep " + submitted.name() + " is done already: nothing is trained again.");
        }
        Sweep sweep = fresh
                ? new SweepWatcher(context, api, requireService)
                        .untilEnd(submitted.id())
                        .as(Sweep.class)
                : submitted;
        if (sweep.state().equals("CANCELLED")) {
            throw new CommandFailedException("Sweep " + sweep.name() + " was cancelled, and that is final: copy its"
                    + " document under another name and submit that, or name another BITFRONTIER_HOME.");
        }
        if (fresh) {
            Duration took = Duration.between(begun, context.clock().instant());
            context.err().println("Trained and evaluated in " + Figures.duration(took));
        }
        boolean drawn = print(sweep, json);
        if (sweep.state().equals("SUCCEEDED")) {
            return drawn ? 0 : 1;
        }
        SweepWatcher.summary(sweep).forEach(context.err()::println);
        return 1;
    }

    private Sweep submit(String document) {
        try {
            return api.postYaml("/api/v1/sweeps", document).as(Sweep.class);
        } catch (ProblemException e) {
            if (e.problem().status() == CONFLICT) {
                throw new CommandFailedException(
                        e.getMessage() + "\nGive the changed document another name, or name another BITFRONTIER_HOME.",
                        e);
            }
            throw e;
        }
    }

    /** Prints what came out; false where no point was evaluated. */
    private boolean print(Sweep sweep, boolean json) {
        Answer answer;
        try {
            answer = api.get("/api/v1/frontiers", Map.of("sweep", sweep.id()));
        } catch (ProblemException e) {
            if (e.problem().status() == NOT_FOUND) {
                context.err().println(e.getMessage());
                return false;
            }
            throw e;
        }
        Frontier frontier = answer.as(Frontier.class);
        if (json) {
            ObjectNode whole = MAPPER.createObjectNode();
            whole.put("sweep", sweep.id());
            whole.set("plan", MAPPER.valueToTree(sweep.plan()));
            whole.set("frontier", MAPPER.readTree(answer.body()));
            context.out().println(whole);
        } else {
            context.out().println();
            PlanText.saving(sweep.plan()).forEach(context.out()::println);
            context.out().println();
            FrontierText.lines(frontier, context.settings().columns()).forEach(context.out()::println);
            context.out().println();
        }
        PrintWriter notes = json ? context.err() : context.out();
        if (!frontier.members().isEmpty()) {
            draw(frontier, sweep.name(), notes);
        }
        notes.println("API: " + api.base() + "/api/v1/frontiers?sweep=" + sweep.id());
        return !frontier.members().isEmpty();
    }

    private void draw(Frontier frontier, String sweep, PrintWriter notes) {
        try {
            notes.println("Wrote " + FrontierFile.write(frontier, sweep, DRAWING));
        } catch (CommandFailedException e) {
            // A folder that cannot be written is no reason to fail: the results are stored and were printed.
            context.err().println("No drawing: " + e.getMessage());
        }
    }
}

package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Run;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code show RUN}. */
@Command(name = "show", description = "One run: its state, history, attempts and measured figures.")
public final class ShowCommand extends ServiceCommand {
    @Parameters(paramLabel = "RUN", description = "Number of the run.")
    private long run;

    public ShowCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        ApiClient api = api();
        Answer answer = api.get("/api/v1/runs/" + run);
        return show(answer, () -> {
            describe(answer.as(Run.class));
            history(api);
        });
    }

    private void describe(Run r) {
        print("Run " + r.id() + ": " + r.kind() + " " + r.model() + ", " + r.precision() + " bit"
                + (r.quantizer() == null ? "" : " " + r.quantizer()) + ", tokens " + RunsCommand.span(r));
        print("State: " + r.state() + (r.generation() > 1 ? " (generation " + r.generation() + ")" : ""));
        if (r.waitingFor() != null) {
            print("Waiting for: " + r.waitingFor());
        }
        if (r.failureMessage() != null) {
            print("Failure: " + r.failureClass() + ": " + r.failureMessage());
        }
        if (r.toTokens() > r.fromTokens()) {
            print("Progress: " + Figures.count(r.progressTokens()) + " of "
                    + Figures.count(r.toTokens() - r.fromTokens()) + " tokens");
        }
        if (r.checkpointUri() != null) {
            print("Checkpoint: " + r.checkpointUri());
        }
        if (r.evaluationVersion() != null) {
            print("Evaluation: " + r.evaluationVersion());
        }
        new TreeMap<>(Objects.requireNonNullElse(r.metrics(), Map.<String, Run.Metric>of()))
                .forEach((name, m) -> print("  " + name + " = " + metric(m)));
        for (Run.Drift d : Objects.requireNonNullElse(r.layerDrift(), List.<Run.Drift>of())) {
            print(String.format(Locale.ROOT, "  drift of %s = %.4f", d.parameter(), d.drift()));
        }
        for (Run.Attempt a : Objects.requireNonNullElse(r.attemptList(), List.<Run.Attempt>of())) {
            print("Attempt " + a.number() + ": " + a.state() + ", from " + Figures.count(a.resumedFromTokens())
                    + " tokens on, worker " + a.worker()
                    + (a.device() == null ? "" : " on " + a.device())
                    + (a.failureMessage() == null ? "" : "; " + a.failureClass() + ": " + a.failureMessage()));
        }
    }

    private static String metric(Run.Metric m) {
        String error = m.standardError() == null ? "" : String.format(Locale.ROOT, " ± %.4f", m.standardError());
        return String.format(Locale.ROOT, "%.4f%s (%d)", m.value(), error, m.count());
    }

    private void history(ApiClient api) {
        Run.Transition[] transitions =
                api.get("/api/v1/runs/" + run + "/history").as(Run.Transition[].class);
        if (transitions.length > 0) {
            print("History:");
        }
        for (Run.Transition t : transitions) {
            print("  " + t.at() + "  " + (t.from() == null ? "" : t.from() + " → ") + t.to() + ": " + t.reason() + " ("
                    + t.actor() + ")");
        }
    }
}

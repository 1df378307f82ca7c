package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.PlanText;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Sweep;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code submit FILE}. */
@Command(name = "submit", description = "Store a sweep and start it; the same document again changes nothing.")
public final class SubmitCommand extends ServiceCommand {
    private static final int CREATED = 201;

    @Parameters(paramLabel = "FILE", description = "A sweep document, YAML or JSON.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--watch", description = "Follow it until it ends.")
    private boolean watch;

    @Option(
            names = "--extend",
            description = "Add to the sweep of this name: the document holds every point so far, and more.")
    private boolean extend;

    @Option(names = "--retrain", description = "With --extend: train again what was removed from storage.")
    private boolean retrain;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    public SubmitCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        if (retrain && !extend) {
            throw new ParameterException(spec.commandLine(), "--retrain needs --extend");
        }
        ApiClient api = api();
        String document = Documents.read(spec, file);
        String path = "/api/v1/sweeps" + (extend ? "?extend=true" + (retrain ? "&retrain=true" : "") : "");
        Answer answer = api.postYaml(path, document);
        Sweep sweep = answer.as(Sweep.class);
        if (watch) {
            if (!json()) {
                describe(answer.status(), sweep);
            }
            return Watching.untilEnd(this, api, sweep.id());
        }
        return show(answer, () -> describe(answer.status(), sweep));
    }

    private void describe(int status, Sweep sweep) {
        print("Sweep " + sweep.name() + " (" + sweep.id() + ") "
                + (status == CREATED
                        ? "is stored."
                        : (extend ? "is as the document says: " : "was there already: ")
                                + sweep.state().toLowerCase(Locale.ROOT) + "."));
        PlanText.saving(sweep.plan()).forEach(this::print);
    }
}

package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Sweep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code retry SWEEP}. */
@Command(
        name = "retry",
        description =
                "Plan again what failed or was cancelled, with what waited for it; a cancelled sweep lives again.")
public final class RetryCommand extends ServiceCommand {
    @Parameters(paramLabel = "SWEEP", description = "Name or id.")
    @SuppressWarnings("NullAway.Init")
    private String sweep;

    public RetryCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        ApiClient api = api();
        Answer answer = api.post("/api/v1/sweeps/" + sweepId(api, sweep) + "/retry");
        return show(answer, () -> print(describe(answer.as(Sweep.class))));
    }

    private static String describe(Sweep sweep) {
        Sweep.Progress progress = sweep.progress();
        int toDo = progress.count("PLANNED") + progress.count("READY") + progress.count("RUNNING");
        return toDo == 0
                ? "Sweep " + sweep.name() + " has nothing to do again: " + sweep.state() + "."
                : "Sweep " + sweep.name() + " goes on: " + toDo + " of " + progress.total() + " runs are to do.";
    }
}

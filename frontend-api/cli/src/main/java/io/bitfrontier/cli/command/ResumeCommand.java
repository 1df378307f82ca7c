package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Sweep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code resume SWEEP}. */
@Command(name = "resume", description = "Go on with a paused sweep; harmless when it is not paused.")
public final class ResumeCommand extends ServiceCommand {
    @Parameters(paramLabel = "SWEEP", description = "Name or id.")
    @SuppressWarnings("NullAway.Init")
    private String sweep;

    public ResumeCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        ApiClient api = api();
        Answer answer = api.delete("/api/v1/sweeps/" + sweepId(api, sweep) + "/pause");
        return show(answer, () -> print(describe(answer.as(Sweep.class))));
    }

    private static String describe(Sweep sweep) {
        return "Sweep " + sweep.name() + " goes on: " + sweep.progress().count("SUCCEEDED") + " of "
                + sweep.progress().total() + " runs are done.";
    }
}

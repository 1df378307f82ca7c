package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Sweep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pause SWEEP}. */
@Command(
        name = "pause",
        description = "Start no more of what no other sweep needs, until 'resume'; harmless when repeated.")
public final class PauseCommand extends ServiceCommand {
    @Parameters(paramLabel = "SWEEP", description = "Name or id.")
    @SuppressWarnings("NullAway.Init")
    private String sweep;

    @Option(names = "--finish-running", description = "Let what runs end, instead of sending it to a checkpoint.")
    private boolean finishRunning;

    public PauseCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        ApiClient api = api();
        Answer answer = api.put("/api/v1/sweeps/" + sweepId(api, sweep) + "/pause?drain=" + !finishRunning);
        return show(answer, () -> {
            Sweep paused = answer.as(Sweep.class);
            print("Sweep " + paused.name() + " is paused; "
                    + paused.progress().count("RUNNING") + " runs "
                    + (finishRunning ? "may end." : "go to a checkpoint."));
        });
    }
}

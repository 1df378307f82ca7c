package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Sweep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code cancel SWEEP}. */
@Command(name = "cancel", description = "Stop what no other sweep needs; harmless when repeated, and undone by retry.")
public final class CancelCommand extends ServiceCommand {
    @Parameters(paramLabel = "SWEEP", description = "Name or id.")
    @SuppressWarnings("NullAway.Init")
    private String sweep;

    public CancelCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        ApiClient api = api();
        Answer answer = api.put("/api/v1/sweeps/" + sweepId(api, sweep) + "/cancellation");
        return show(answer, () -> {
            Sweep cancelled = answer.as(Sweep.class);
            print("Sweep " + cancelled.name() + " is cancelled; "
                    + cancelled.progress().count("SUCCEEDED") + " of "
                    + cancelled.progress().total() + " runs had finished.");
        });
    }
}

package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.api.ApiClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code watch SWEEP}. */
@Command(name = "watch", description = "Follow a sweep until it ends; exit code 1 when it did not succeed.")
public final class WatchCommand extends ServiceCommand {
    @Parameters(paramLabel = "SWEEP", description = "Name or id.")
    @SuppressWarnings("NullAway.Init")
    private String sweep;

    public WatchCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        ApiClient api = api();
        return Watching.untilEnd(this, api, sweepId(api, sweep));
    }
}

package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code logs RUN}. */
@Command(name = "logs", description = "What the attempts of a run wrote, oldest first.")
public final class LogsCommand extends ServiceCommand {
    @Parameters(paramLabel = "RUN", description = "Number of the run.")
    private long run;

    public LogsCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        String log = api().get("/api/v1/runs/" + run + "/log").body();
        context().out().print(log.isEmpty() || log.endsWith("\n") ? log : log + "\n");
        context().out().flush();
        return DONE;
    }
}

package io.bitfrontier.cli.command;

import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Sweep;
import io.bitfrontier.cli.watch.SweepWatcher;

/** Follows a sweep for the commands that do. */
final class Watching {
    private Watching() {}

    /** Shows progress until the sweep ends; the exit code says whether it succeeded. */
    static int untilEnd(ServiceCommand command, ApiClient api, String id) {
        Answer last = new SweepWatcher(command.context(), api).untilEnd(id);
        Sweep sweep = last.as(Sweep.class);
        command.show(last, () -> SweepWatcher.summary(sweep).forEach(command::print));
        return sweep.state().equals("SUCCEEDED") ? ServiceCommand.DONE : ServiceCommand.FAILED;
    }
}

package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Storage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code storage}. */
@Command(name = "storage", description = "How much the checkpoints take, of everything or of one sweep.")
public final class StorageCommand extends ServiceCommand {
    @Parameters(paramLabel = "SWEEP", arity = "0..1", description = "Name or id; without it everything.")
    private @Nullable String sweep;

    public StorageCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        ApiClient api = api();
        Answer answer = api.get("/api/v1/storage" + (sweep == null ? "" : "?sweep=" + sweepId(api, sweep)));
        return show(answer, () -> describe(answer.as(Storage.class)));
    }

    private void describe(Storage storage) {
        print("Stored: " + Figures.bytes(storage.bytes()) + " of " + storage.states() + " states, "
                + Figures.bytes(storage.sharedBytes()) + " of them shared by several sweeps");
        print("On the way: " + Figures.bytes(storage.onTheWayBytes()));
        if (storage.goingBytes() > 0) {
            print("Going: " + Figures.bytes(storage.goingBytes()));
        }
        print("Removed so far: " + Figures.bytes(storage.removedBytes()) + " of " + storage.removedStates()
                + " states; their results stay");
    }
}

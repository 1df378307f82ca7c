package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.TextTable;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.Sweep;
import io.bitfrontier.cli.api.SweepPage;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sweeps}. */
@Command(name = "sweeps", description = "List the sweeps, newest first.")
public final class SweepsCommand extends ServiceCommand {
    @Mixin
    private final Paging paging = new Paging();

    public SweepsCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        Answer answer = api().get("/api/v1/sweeps", paging.query());
        return show(answer, () -> describe(answer.as(SweepPage.class)));
    }

    private void describe(SweepPage page) {
        TextTable table = new TextTable("NAME", "STATE", "POINTS>", "RUNS DONE>", "CREATED", "ID");
        for (Sweep s : page.items()) {
            table.row(
                    s.name(),
                    s.state(),
                    Integer.toString(s.plan().points()),
                    s.progress().count("SUCCEEDED") + "/" + s.progress().total(),
                    Objects.requireNonNullElse(s.createdAt(), ""),
                    s.id());
        }
        table.lines().forEach(this::print);
        Paging.more(page.nextCursor()).ifPresent(this::print);
    }
}

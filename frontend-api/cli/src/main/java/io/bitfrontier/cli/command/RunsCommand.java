package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.TextTable;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Run;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code runs}. */
@Command(name = "runs", description = "List runs.")
public final class RunsCommand extends ServiceCommand {
    @Option(names = "--sweep", paramLabel = "SWEEP", description = "Only those of this sweep (name or id).")
    private @Nullable String sweep;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "Only those in this state: ${COMPLETION-CANDIDATES}.")
    private @Nullable RunState state;

    @Mixin
    private final Paging paging = new Paging();

    public RunsCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        ApiClient api = api();
        Map<String, String> query = paging.query();
        if (sweep != null) {
            query.put("sweep", sweepId(api, sweep));
        }
        if (state != null) {
            query.put("state", state.name());
        }
        Answer answer = api.get("/api/v1/runs", query);
        return show(answer, () -> describe(answer.as(Run.Page.class)));
    }

    private void describe(Run.Page page) {
        TextTable table = new TextTable(
                "RUN>", "KIND", "STATE", "MODEL", "BITS>", "QUANTIZER", "TOKENS", "PROGRESS>", "ATTEMPTS>");
        for (Run r : page.items()) {
            table.row(
                    Long.toString(r.id()),
                    r.kind(),
                    r.state(),
                    r.model(),
                    r.precision(),
                    Objects.requireNonNullElse(r.quantizer(), "-"),
                    span(r),
                    Figures.count(r.progressTokens()),
                    Integer.toString(r.attempts()));
        }
        table.lines().forEach(this::print);
        Paging.more(page.nextCursor()).ifPresent(this::print);
    }

    static String span(Run r) {
        return r.fromTokens() == r.toTokens()
                ? "at " + Figures.count(r.toTokens())
                : Figures.count(r.fromTokens()) + " to " + Figures.count(r.toTokens());
    }
}

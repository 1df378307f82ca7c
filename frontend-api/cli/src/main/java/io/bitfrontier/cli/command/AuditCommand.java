package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.TextTable;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.AuditEntry;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code audit}. */
@Command(name = "audit", description = "List who changed what, newest first.")
public final class AuditCommand extends ServiceCommand {
    @Option(names = "--caller", paramLabel = "WHO", description = "Only what this caller did.")
    private @Nullable String caller;

    @Mixin
    private final Paging paging = new Paging();

    public AuditCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        Map<String, String> query = paging.query();
        if (caller != null) {
            query.put("caller", caller);
        }
        Answer answer = api().get("/api/v1/audit", query);
        return show(answer, () -> {
            AuditEntry.Page page = answer.as(AuditEntry.Page.class);
            TextTable table = new TextTable("AT", "CALLER", "BY", "OPERATION", "PROJECT", "SUBJECT", "OUTCOME");
            page.items()
                    .forEach(e -> table.row(
                            e.at(),
                            e.caller(),
                            e.credential(),
                            e.operation(),
                            Objects.requireNonNullElse(e.project(), "-"),
                            Objects.requireNonNullElse(e.subject(), "-"),
                            e.outcome()));
            table.lines().forEach(this::print);
            Paging.more(page.nextCursor()).ifPresent(this::print);
        });
    }
}

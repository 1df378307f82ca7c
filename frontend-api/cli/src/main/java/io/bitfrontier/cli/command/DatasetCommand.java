package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.TextTable;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.Dataset;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dataset add} and {@code dataset list}. */
@Command(name = "dataset", description = "Register text to train on, or list what is registered.")
public final class DatasetCommand implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private DatasetCommand() {}

    /** The command with its two subcommands. */
    public static CommandLine in(Context context) {
        return new CommandLine(new DatasetCommand())
                .addSubcommand(new Add(context))
                .addSubcommand(new ListAll(context));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: add or list");
    }

    private static String facts(Dataset d) {
        return d.files() + " files, " + Figures.bytes(d.bytes()) + ", " + Figures.count(d.tokens()) + " tokens ("
                + d.tokenizer() + ")";
    }

    @Command(name = "add", description = "Register text files under a root that the service allows.")
    static final class Add extends ServiceCommand {
        private static final int CREATED = 201;

        @Parameters(index = "0", paramLabel = "NAME", description = "Name that sweeps use.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Parameters(index = "1", paramLabel = "PATH", description = "A file or a folder, as the service sees it.")
        @SuppressWarnings("NullAway.Init")
        private Path path;

        Add(Context context) {
            super(context);
        }

        @Override
        public Integer call() {
            String absolute = path.toAbsolutePath().normalize().toString();
            Answer answer = api().postJson("/api/v1/datasets", Map.of("name", name, "path", absolute));
            return show(answer, () -> {
                Dataset d = answer.as(Dataset.class);
                print("Data set " + d.name()
                        + (answer.status() == CREATED ? " is registered: " : " was there already: ") + facts(d));
            });
        }
    }

    @Command(name = "list", description = "List the registered data sets.")
    static final class ListAll extends ServiceCommand {
        @Mixin
        private final Paging paging = new Paging();

        ListAll(Context context) {
            super(context);
        }

        @Override
        public Integer call() {
            Answer answer = api().get("/api/v1/datasets", paging.query());
            return show(answer, () -> {
                Dataset.Page page = answer.as(Dataset.Page.class);
                TextTable table = new TextTable("NAME", "FILES>", "SIZE>", "TOKENS>", "TOKENIZER", "PATH");
                page.items()
                        .forEach(d -> table.row(
                                d.name(),
                                Integer.toString(d.files()),
                                Figures.bytes(d.bytes()),
                                Figures.count(d.tokens()),
                                d.tokenizer(),
                                d.path()));
                table.lines().forEach(this::print);
                Paging.more(page.nextCursor()).ifPresent(this::print);
            });
        }
    }
}

package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.TextTable;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Project;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code project add} and {@code project list}. */
@Command(name = "project", description = "Make a project, or list those that there are.")
public final class ProjectCommand implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private ProjectCommand() {}

    /** The command with its two subcommands. */
    public static CommandLine in(Context context) {
        return new CommandLine(new ProjectCommand())
                .addSubcommand(new Add(context))
                .addSubcommand(new ListAll(context));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: add or list");
    }

    @Command(name = "add", description = "Make a project; harmless when it is there.")
    static final class Add extends ServiceCommand {
        private static final int CREATED = 201;

        @Parameters(paramLabel = "NAME", description = "Lower-case letters, digits and '-'.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        Add(Context context) {
            super(context);
        }

        @Override
        public Integer call() {
            Answer answer = api().put("/api/v1/projects/" + ApiClient.encode(name));
            return show(
                    answer,
                    () -> print("Project " + answer.as(Project.class).name()
                            + (answer.status() == CREATED ? " is made." : " was there already.")));
        }
    }

    @Command(name = "list", description = "List the projects that you may see.")
    static final class ListAll extends ServiceCommand {
        @Mixin
        private final Paging paging = new Paging();

        ListAll(Context context) {
            super(context);
        }

        @Override
        public Integer call() {
            Answer answer = api().get("/api/v1/projects", paging.query());
            return show(answer, () -> {
                Project.Page page = answer.as(Project.Page.class);
                TextTable table = new TextTable("NAME", "CREATED");
                page.items().forEach(project -> table.row(project.name(), project.createdAt()));
                table.lines().forEach(this::print);
                Paging.more(page.nextCursor()).ifPresent(this::print);
            });
        }
    }
}

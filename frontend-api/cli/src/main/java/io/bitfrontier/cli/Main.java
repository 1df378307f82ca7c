package io.bitfrontier.cli;

import io.bitfrontier.cli.api.ProblemException;
import io.bitfrontier.cli.command.AuditCommand;
import io.bitfrontier.cli.command.CancelCommand;
import io.bitfrontier.cli.command.DatasetCommand;
import io.bitfrontier.cli.command.FrontierCommand;
import io.bitfrontier.cli.command.LimitsCommand;
import io.bitfrontier.cli.command.LogsCommand;
import io.bitfrontier.cli.command.PauseCommand;
import io.bitfrontier.cli.command.PlanCommand;
import io.bitfrontier.cli.command.ProjectCommand;
import io.bitfrontier.cli.command.QuotaCommand;
import io.bitfrontier.cli.command.ResumeCommand;
import io.bitfrontier.cli.command.RetryCommand;
import io.bitfrontier.cli.command.RunsCommand;
import io.bitfrontier.cli.command.ShowCommand;
import io.bitfrontier.cli.command.StorageCommand;
import io.bitfrontier.cli.command.SubmitCommand;
import io.bitfrontier.cli.command.SweepsCommand;
import io.bitfrontier.cli.command.TokenCommand;
import io.bitfrontier.cli.command.WatchCommand;
import io.bitfrontier.cli.demo.DemoCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Entry point: 0 done, 1 failed, 2 wrong usage. */
public final class Main {
    private static final int WIDTH = 100;

    private Main() {}

    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        Settings settings;
        try {
            settings = Settings.from(System.getenv(), System.getProperties());
        } catch (WrongUsageException e) {
            err.println("bitfrontier: " + e.getMessage());
            System.exit(CommandLine.ExitCode.USAGE);
            return;
        }
        Context context = new Context(settings, out, err, Clock.systemUTC(), d -> Thread.sleep(d.toMillis()));
        int code = commandLine(context).execute(arguments);
        out.flush();
        err.flush();
        System.exit(code);
    }

    /** The whole command line, working in this context. */
    public static CommandLine commandLine(Context context) {
        CommandLine line = new CommandLine(new Root())
                .addSubcommand(new DemoCommand(context))
                .addSubcommand(new Elsewhere.Serve())
                .addSubcommand(new PlanCommand(context))
                .addSubcommand(new SubmitCommand(context))
                .addSubcommand(new WatchCommand(context))
                .addSubcommand(new SweepsCommand(context))
                .addSubcommand(new RunsCommand(context))
                .addSubcommand(new ShowCommand(context))
                .addSubcommand(new LogsCommand(context))
                .addSubcommand(new PauseCommand(context))
                .addSubcommand(new ResumeCommand(context))
                .addSubcommand(new RetryCommand(context))
                .addSubcommand(new LimitsCommand(context))
                .addSubcommand(new CancelCommand(context))
                .addSubcommand(new StorageCommand(context))
                .addSubcommand(ProjectCommand.in(context))
                .addSubcommand(new QuotaCommand(context))
                .addSubcommand(new FrontierCommand(context))
                .addSubcommand(DatasetCommand.in(context))
                .addSubcommand(TokenCommand.in(context))
                .addSubcommand(new AuditCommand(context))
                .addSubcommand(new Elsewhere.Train())
                .addSubcommand(new Elsewhere.Bench());
        line.setUsageHelpWidth(WIDTH);
        line.setOut(context.out());
        line.setErr(context.err());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, command, parsed) -> failed(context, failure, parsed));
        return line;
    }

    private static int failed(Context context, Exception failure, ParseResult parsed) throws Exception {
        if (!(failure instanceof CommandFailedException)) {
            throw failure;
        }
        if (failure instanceof ProblemException problem && wantsJson(parsed)) {
            context.out().println(problem.body());
        }
        context.err().println("bitfrontier: " + failure.getMessage());
        return failure instanceof WrongUsageException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    private static boolean wantsJson(ParseResult parsed) {
        ParseResult deepest = parsed;
        while (deepest.hasSubcommand()) {
            deepest = deepest.subcommand();
        }
        return deepest.hasMatchedOption("--json");
    }

    @Command(
            name = "bitfrontier",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            synopsisSubcommandLabel = "COMMAND",
            description = {
                "For a size budget: which bit width, training scheme and quantizer gives the best",
                "accuracy, and how does that change with scale?"
            },
            footer = {
                "",
                "SWEEP is a name or an id. Exit codes: 0 done, 1 failed, 2 wrong usage.",
                "BITFRONTIER_URL   the service (default http://127.0.0.1:$SERVER_PORT)",
                "BITFRONTIER_TOKEN proves who you are, where the service asks for it",
                "SERVER_PORT       port of a service on this machine (default 8080)",
                "BITFRONTIER_HOME  folder of a service on this machine (default ~/.bitfrontier)"
            })
    private static final class Root implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "Missing command");
        }
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"bitfrontier " + (version == null ? "(not packaged)" : version)};
        }
    }
}

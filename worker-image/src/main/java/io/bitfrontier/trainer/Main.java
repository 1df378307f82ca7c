package io.bitfrontier.trainer;

import io.bitfrontier.trainer.report.WorkCommand;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry of the worker: {@code work}. */
@Command(
        name = "bitfrontier-worker",
        description = "Trains and evaluates quantized language models.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine(System.getenv()).execute(arguments));
    }

    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new Main()).addSubcommand(new WorkCommand(environment, Assembly::executor));
    }
}

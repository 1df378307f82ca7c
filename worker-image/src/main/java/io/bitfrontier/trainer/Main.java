package io.bitfrontier.trainer;

import io.bitfrontier.trainer.bench.BenchCommand;
import io.bitfrontier.trainer.ranks.RankCommand;
import io.bitfrontier.trainer.report.WorkCommand;
import io.bitfrontier.trainer.train.TrainCommand;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry of the trainer: {@code work} under a service, {@code train} and {@code bench} on its own. */
@Command(
        name = "bitfrontier-worker",
        description = "Trains and evaluates quantized language models.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        liftMemoryLimit();
        System.exit(commandLine(System.getenv()).execute(arguments));
    }

    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new Main())
                .addSubcommand(
                        new WorkCommand(environment, told -> Assembly.executor(told.compute(), told.rankTimeout())))
                .addSubcommand(new TrainCommand(environment, Assembly::executor))
                .addSubcommand(new RankCommand(Assembly::follower))
                .addSubcommand(new BenchCommand(environment));
    }

    /**
     * JavaCPP refuses native objects once the process holds four times the Java heap. Weights are native and the heap is small,
     * so that would end every larger model; the machine's own limit, and the container's, hold instead. Must come before the
     * first native class is loaded.
     */
    private static void liftMemoryLimit() {
        for (String limit : new String[] {"org.bytedeco.javacpp.maxphysicalbytes", "org.bytedeco.javacpp.maxbytes"}) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, "0");
            }
        }
    }
}

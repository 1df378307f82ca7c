package io.bitfrontier.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Commands that the launcher script hands to other programs; listed here so that the help is whole. */
final class Elsewhere {
    private Elsewhere() {}

    private abstract static class Handed implements Runnable {
        @Unmatched
        @SuppressWarnings({"NullAway.Init", "UnusedVariable"})
        private List<String> arguments;

        @Override
        public void run() {
            throw new CommandFailedException("This command needs the launcher script: ./bitfrontier "
                    + getClass().getAnnotation(Command.class).name());
        }
    }

    @Command(name = "serve", description = "Run the service in the foreground until Ctrl-C.")
    static final class Serve extends Handed {}

    @Command(name = "train", description = "Train one specification without a service.")
    static final class Train extends Handed {}

    @Command(name = "bench", description = "Measure this machine.")
    static final class Bench extends Handed {}
}

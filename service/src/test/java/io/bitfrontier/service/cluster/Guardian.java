package io.bitfrontier.service.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * A shell that outlives this JVM by a moment, in whatever way the JVM ends, and kills the process groups that it left. It learns
 * of the end by its input being closed.
 */
final class Guardian {
    private static final String SCRIPT = """
            trap '' INT TERM HUP
            declare -A groups
            while read -r change group; do
              case $change in
                +) groups[$group]=1 ;;
                -) unset "groups[$group]" ;;
              esac
            done
            for group in "${!groups[@]}"; do kill -9 -- "-$group"; done
            """;

    private static final Guardian INSTANCE = new Guardian();

    private final Writer input;

    private Guardian() {
        try {
            input = new ProcessBuilder("setsid", "bash", "-c", SCRIPT)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .outputWriter(StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a process that leads a group of its own and does not outlive this JVM. */
    static Process start(ProcessBuilder builder) throws IOException {
        builder.command().add(0, "setsid");
        Process process = builder.start();
        INSTANCE.tell("+", process.pid());
        var unused = process.onExit().thenAccept(ended -> INSTANCE.tell("-", ended.pid()));
        return process;
    }

    private synchronized void tell(String change, long group) {
        try {
            input.write(change + " " + group + "\n");
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends {@code signal} to the process and to what it has started. */
    static void signal(Process process, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, "--", "-" + process.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

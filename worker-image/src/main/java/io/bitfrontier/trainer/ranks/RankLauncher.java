package io.bitfrontier.trainer.ranks;

import io.bitfrontier.trainer.device.Compute;
import io.bitfrontier.trainer.device.ComputeDevice;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How further ranks are started: by the leader's own Java, options and class path.
 *
 * @param mainClass that knows the command {@value RankCommand#NAME}
 * @param secrets environment variables that a rank does not inherit: it never talks to the service
 */
public record RankLauncher(String mainClass, Set<String> secrets) {
    ProcessBuilder command(Compute compute, int rank, Path file, Duration timeout) {
        ComputeDevice device = compute.device().ofRank(rank);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass, RankCommand.NAME));
        command.addAll(List.of("--rank", Integer.toString(rank)));
        command.addAll(List.of("--ranks", Integer.toString(compute.ranks())));
        command.addAll(List.of("--threads", Integer.toString(compute.threads())));
        command.addAll(List.of("--device", device.toString()));
        command.addAll(List.of("--store", file.toString()));
        command.addAll(List.of("--timeout-millis", Long.toString(timeout.toMillis())));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeAll(secrets);
        return builder;
    }
}

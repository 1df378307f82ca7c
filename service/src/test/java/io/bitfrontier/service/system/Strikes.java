package io.bitfrontier.service.system;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Which faults strike: {@code -Dfaults.repetitions=N} strikes each N times, {@code -Dfaults.only=NAME} one of them,
 * {@code -Dfaults.seed=N} repeats the moments, {@code -Dfaults.outage=SECONDS} sets how long the database stays away, and
 * {@code -Dfaults.continue=true} leaves out what the record of an earlier run has.
 */
final class Strikes {
    private Strikes() {}

    /**
     * Of these faults those to strike, each with the number of its repetition.
     *
     * @param table where what happened is recorded
     */
    static Stream<Arguments> of(Path table, Enum<?>[]... kinds) throws IOException {
        String only = System.getProperty("faults.only", "");
        if (!only.isEmpty()
                && Stream.of(Fault.values(), ClusterFault.values())
                        .flatMap(Arrays::stream)
                        .noneMatch(fault -> fault.name().equals(only))) {
            throw new IllegalArgumentException("-Dfaults.only=" + only + " is no fault");
        }
        Map<String, Long> struck = FaultRecord.earlier(table).stream()
                .collect(Collectors.groupingBy(FaultRecord.Strike::name, Collectors.counting()));
        return IntStream.rangeClosed(1, Integer.getInteger("faults.repetitions", 1))
                .boxed()
                .flatMap(repetition -> Arrays.stream(kinds)
                        .flatMap(Arrays::stream)
                        .filter(fault -> only.isEmpty() || fault.name().equals(only))
                        .filter(fault -> repetition > struck.getOrDefault(fault.name(), 0L))
                        .map(fault -> Arguments.of(fault, repetition)));
    }
}

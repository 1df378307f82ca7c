package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.protocol.WorkerProtocol.MetricRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The training curve as comma-separated values, one line per row, in order of lineage tokens. */
final class MetricsFile {
    private static final String HEADER = "tokens,step,loss,learningRate,gradientNorm,tokensPerSecond,memoryBytes";
    private final Path file;

    MetricsFile(Path file) {
        this.file = file;
    }

    /** Drops what an interrupted execution wrote beyond the point from which it is repeated. */
    void continueFrom(long tokens) throws IOException {
        List<String> kept = !Files.exists(file)
                ? List.of(HEADER)
                : Files.readAllLines(file).stream()
                        .filter(line -> line.equals(HEADER) || tokensOf(line) <= tokens)
                        .toList();
        Files.write(file, kept);
    }

    void append(MetricRow row) throws IOException {
        String line = row.tokens() + "," + row.step() + "," + row.loss() + "," + row.learningRate() + ","
                + row.gradientNorm() + "," + row.tokensPerSecond() + "," + row.memoryBytes();
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Of a line that a crash cut off: beyond everything. */
    private static long tokensOf(String line) {
        try {
            return line.chars().filter(c -> c == ',').count()
                            == HEADER.chars().filter(c -> c == ',').count()
                    ? Long.parseLong(line.substring(0, line.indexOf(',')))
                    : Long.MAX_VALUE;
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}

package io.bitfrontier.cli.chart;

import io.bitfrontier.cli.CommandFailedException;
import io.bitfrontier.cli.api.Frontier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a frontier's drawing. */
public final class FrontierFile {
    private FrontierFile() {}

    /** Writes the SVG and returns its absolute path. */
    public static Path write(Frontier frontier, String sweep, Path file) {
        Path target = file.toAbsolutePath().normalize();
        try {
            Files.writeString(target, FrontierSvg.draw(frontier, sweep), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandFailedException(target + " cannot be written: " + e.getMessage(), e);
        }
        return target;
    }
}

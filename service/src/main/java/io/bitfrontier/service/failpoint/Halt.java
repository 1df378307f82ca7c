package io.bitfrontier.service.failpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Ends the process at given points as {@code kill -9} would, once each: a mark in the home says where it has been. */
final class Halt implements FailPoints {
    /** Tells this end from every other. */
    static final int EXIT_CODE = 86;

    private final Set<FailPoint> points;
    private final Path marks;

    Halt(Set<FailPoint> points, Path marks) {
        this.points = points;
        this.marks = marks;
    }

    @Override
    public void pass(FailPoint point) {
        if (points.contains(point) && mark(point)) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    /** Whether this was the first time. */
    boolean mark(FailPoint point) {
        try {
            Files.createDirectories(marks);
            Files.createFile(marks.resolve(point.name()));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot mark fail point " + point, e);
        }
    }
}

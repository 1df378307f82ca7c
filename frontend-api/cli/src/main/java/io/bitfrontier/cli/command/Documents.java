package io.bitfrontier.cli.command;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Reads the documents that users name on the command line. */
final class Documents {
    private static final long LARGEST = 1 << 20;

    private Documents() {}

    /** The text of the file; a file that is not there, too large or not text is wrong usage. */
    static String read(CommandSpec spec, Path file) {
        try {
            if (Files.isRegularFile(file) && Files.size(file) > LARGEST) {
                throw wrong(spec, file, "is larger than the 1 MiB a sweep document may have");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw wrong(spec, file, "does not exist");
        } catch (CharacterCodingException e) {
            throw wrong(spec, file, "is not UTF-8 text");
        } catch (IOException e) {
            throw wrong(spec, file, "cannot be read: " + e.getMessage());
        }
    }

    private static ParameterException wrong(CommandSpec spec, Path file, String what) {
        return new ParameterException(spec.commandLine(), "FILE " + file + " " + what);
    }
}

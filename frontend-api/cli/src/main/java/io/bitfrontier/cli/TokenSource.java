package io.bitfrontier.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the token for the service comes from: an option, the environment, or a file that only its owner may read. It is read when a
 * command needs it, and no message ever shows it.
 *
 * @param environment the variable's value, or null
 * @param namedFile the file that a variable names, or null
 * @param usualFile the file that is read when it is there and nothing else is given
 */
public record TokenSource(
        @Nullable String environment, @Nullable Path namedFile, Path usualFile) {
    public static final String VARIABLE = "BITFRONTIER_TOKEN";
    public static final String FILE_VARIABLE = "BITFRONTIER_TOKEN_FILE";

    private static final Pattern FORM = Pattern.compile("[\\x21-\\x7e]{1,16384}");
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    static TokenSource from(Map<String, String> variables, Path home) {
        String file = variables.get(FILE_VARIABLE);
        String token = variables.get(VARIABLE);
        return new TokenSource(
                token == null || token.isBlank() ? null : token.strip(),
                file == null || file.isBlank() ? null : Path.of(file.strip()),
                home.resolve("token"));
    }

    /**
     * The token, or null where there is none.
     *
     * @throws WrongUsageException naming the place that holds no token, or the file that others may read
     */
    public @Nullable String token(@Nullable String option) {
        if (option != null) {
            return checked("--token", option.strip());
        }
        if (environment != null) {
            return checked(VARIABLE, environment);
        }
        if (namedFile != null) {
            return read(namedFile);
        }
        return Files.exists(usualFile) ? read(usualFile) : null;
    }

    private static String read(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.stream().anyMatch(OTHERS::contains)) {
                throw new WrongUsageException(
                        "The token file " + file + " is open to others than its owner: chmod 600 " + file);
            }
            return checked("The token file " + file, Files.readString(file).strip());
        } catch (IOException e) {
            throw new WrongUsageException("The token file " + file + " cannot be read");
        }
    }

    private static String checked(String where, String text) {
        if (!FORM.matcher(text).matches()) {
            throw new WrongUsageException(where + " holds no token: one word of visible ASCII is needed");
        }
        return text;
    }

    @Override
    public String toString() {
        return "TokenSource[" + usualFile + "]";
    }
}

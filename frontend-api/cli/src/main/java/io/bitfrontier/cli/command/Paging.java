package io.bitfrontier.cli.command;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of a list that comes in pages. */
final class Paging {
    private static final int LARGEST = 1000;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "At most this many (1 to 1000, default 100).")
    private int limit;

    @Option(names = "--cursor", paramLabel = "CURSOR", description = "Go on after an earlier page.")
    private @Nullable String cursor;

    Map<String, String> query() {
        if (limit < 1 || limit > LARGEST) {
            throw new ParameterException(
                    spec.commandLine(), "--limit is " + limit + ", a number from 1 to " + LARGEST + " is needed");
        }
        Map<String, String> query = new LinkedHashMap<>();
        query.put("limit", Integer.toString(limit));
        if (cursor != null) {
            query.put("cursor", cursor);
        }
        return query;
    }

    /** How to see the next page, if there is one. */
    static Optional<String> more(@Nullable String nextCursor) {
        return Optional.ofNullable(nextCursor).map(next -> "There are more: --cursor " + next);
    }
}

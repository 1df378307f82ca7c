package io.bitfrontier.service.paging;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The key of the last item of a page, opaque to callers; the next page begins after it. */
public final class Cursor {
    private static final char SEPARATOR = '\n';

    private Cursor() {}

    /** The cursor of a key; a list ordered by several columns gives all of them, none with a line break. */
    public static String of(Object... key) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < key.length; i++) {
            text.append(i == 0 ? "" : SEPARATOR).append(key[i]);
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The key of a list ordered by a number.
     *
     * @param beforeFirst what stands for the first page, smaller than every key
     * @throws ProblemException INVALID for a cursor that this list did not give
     */
    public static long number(@Nullable String cursor, long beforeFirst) {
        Long number = parse(cursor, 1, parts -> Long.valueOf(parts.get(0)));
        return number == null ? beforeFirst : number;
    }

    /**
     * Reads a key back; null for the first page.
     *
     * @param columns how many columns the key has
     * @param key reads the columns' texts, throwing an {@link IllegalArgumentException} or
     *     {@link DateTimeException} for others' texts
     * @throws ProblemException INVALID for a cursor that this list did not give
     */
    public static <T> @Nullable T parse(@Nullable String cursor, int columns, Function<List<String>, T> key) {
        if (cursor == null) {
            return null;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            List<String> parts = List.of(text.split(String.valueOf(SEPARATOR), -1));
            if (parts.size() == columns) {
                return key.apply(parts);
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            throw refused(cursor);
        }
        throw refused(cursor);
    }

    /**
     * The cursor after a page that was read with one item more than its limit.
     *
     * @return null when this is the last page
     */
    public static <T> @Nullable String next(List<T> oneMore, int limit, Function<T, String> cursorOf) {
        return oneMore.size() <= limit ? null : cursorOf.apply(oneMore.get(limit - 1));
    }

    /** The page without the item that only showed whether another page follows. */
    public static <T> List<T> page(List<T> oneMore, int limit) {
        return oneMore.size() <= limit ? oneMore : oneMore.subList(0, limit);
    }

    private static ProblemException refused(String cursor) {
        return ProblemException.invalid(
                List.of(new Violation("cursor", cursor, "must be the nextCursor of a page of this list")));
    }
}

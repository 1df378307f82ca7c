package io.bitfrontier.service.run;

import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Rows as the arrays that {@code unnest} takes. */
final class Columns {
    private Columns() {}

    static <T, C> C[] of(List<T> rows, Function<T, ? extends @Nullable C> value, IntFunction<C[]> array) {
        return rows.stream().map(value).toArray(array);
    }
}

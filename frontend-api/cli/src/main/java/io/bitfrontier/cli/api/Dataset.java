package io.bitfrontier.cli.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A registered data set. */
public record Dataset(
        String name, String path, String manifestSha256, String tokenizer, int files, long bytes, long tokens) {

    /** A page of data sets. */
    public record Page(List<Dataset> items, @Nullable String nextCursor) {}
}

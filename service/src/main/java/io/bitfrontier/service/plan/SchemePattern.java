package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.Scheme;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an exclusion says about the scheme: a kind, or a scheme with its fraction and parent.
 *
 * @param kind the kind that matches
 * @param exact the one scheme of that kind that matches, or null for all of them
 */
public record SchemePattern(Scheme.Kind kind, @Nullable Scheme exact) {
    /** Those that match a scheme. They are looked up among others, however many there are. */
    static Stream<SchemePattern> matching(Scheme scheme) {
        return Stream.of(new SchemePattern(scheme.kind(), null), new SchemePattern(scheme.kind(), scheme));
    }
}

package io.bitfrontier.service.plan;

import io.bitfrontier.vocabulary.Scheme;
import org.jspecify.annotations.Nullable;

/**
 * What an exclusion says about the scheme: a kind, or a scheme with its fraction and parent.
 *
 * @param kind the kind that matches
 * @param exact the one scheme of that kind that matches, or null for all of them
 */
public record SchemePattern(Scheme.Kind kind, @Nullable Scheme exact) {
    boolean matches(Scheme scheme) {
        return exact == null ? scheme.kind() == kind : scheme.equals(exact);
    }
}

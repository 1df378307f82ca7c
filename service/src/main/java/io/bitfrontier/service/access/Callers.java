package io.bitfrontier.service.access;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/** Whom the current thread works for. */
public final class Callers {
    private Callers() {}

    /**
     * The caller of the request, or {@code local} for what the service does by itself.
     *
     * @throws ProblemException UNAUTHENTICATED in a request whose caller is not known
     */
    public static Caller current() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null) {
            // Every request passes the filter, which leaves an authentication, be it that of a stranger.
            return Caller.LOCAL;
        }
        if (authentication instanceof CallerAuthentication known) {
            return known.caller();
        }
        throw unknown("This needs a token: send it as 'Authorization: Bearer …'");
    }

    static ProblemException unknown(String detail) {
        return new ProblemException(ProblemCode.UNAUTHENTICATED, detail);
    }
}

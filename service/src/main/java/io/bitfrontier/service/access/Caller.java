package io.bitfrontier.service.access;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param subject the person or program; what submitters and the audit show
 * @param credential how it was proved, without any secret: {@code token 3}, {@code oidc}, {@code bootstrap} or {@code local}
 * @param grants what it may do
 * @param until when the proof expires; null where it does not
 */
public record Caller(
        String subject,
        String credential,
        Grants grants,
        @Nullable Instant until) {
    /** The name of whoever needs no login, and of the service's own doings. */
    public static final String LOCAL_SUBJECT = "local";

    /** Whoever asks on the service's own machine while nobody has to log in. */
    static final Caller LOCAL = new Caller(LOCAL_SUBJECT, "local", Grants.ALL, null);

    public boolean has(Role role, String project) {
        return grants.has(role, project);
    }

    /**
     * @throws ProblemException FORBIDDEN naming the role and the project
     */
    public void require(Role role, String project) {
        if (!has(role, project)) {
            throw refused(role, project);
        }
    }

    ProblemException refused(Role role, String project) {
        String where = project.equals(Grants.EVERY_PROJECT) ? "every project (*)" : "the project " + project;
        return refusal(role, project, where);
    }

    ProblemException refusedAnywhere(Role role) {
        return refusal(role, Grants.EVERY_PROJECT, "at least one project");
    }

    private ProblemException refusal(Role role, String project, String where) {
        String held = grants.roles().entrySet().stream()
                .filter(grant -> project.equals(Grants.EVERY_PROJECT)
                        || grant.getKey().equals(project)
                        || grant.getKey().equals(Grants.EVERY_PROJECT))
                .map(grant -> grant.getValue().label() + " on " + grant.getKey())
                .collect(Collectors.joining(", "));
        return new ProblemException(
                ProblemCode.FORBIDDEN,
                "This needs the role " + role.label() + " on " + where + "; " + subject + " has "
                        + (held.isEmpty() ? "no role there" : held),
                Map.of("needs", Map.of("role", role.label(), "project", project)));
    }
}

package io.bitfrontier.service.access;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Makes, lists and revokes API tokens. Nobody gives what they do not have. */
@Service
public class ApiTokens {
    private static final Duration USUAL_LIFE = Duration.ofDays(90);
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_SUBJECT = 200;

    private final TokenRows rows;
    private final Projects projects;
    private final AccessSettings settings;

    ApiTokens(TokenRows rows, Projects projects, AccessSettings settings) {
        this.rows = rows;
        this.projects = projects;
        this.settings = settings;
    }

    /**
     * What a token is to be.
     *
     * @param subject in whose name its holder acts; null for the caller's own
     * @param roles role labels by project or {@code *}
     * @param days how long it is valid; null for the usual
     */
    public record Request(
            String name,
            @Nullable String subject,
            Map<String, String> roles,
            @Nullable Integer days) {}

    /** A new token with its secret, which exists nowhere else. */
    public record Created(ApiToken token, String secret) {
        @Override
        public String toString() {
            return "Created[token=" + token + "]";
        }
    }

    /**
     * Makes a token. Its roles are at most the caller's; another subject's needs the role operator on every project named; it is
     * valid no longer than the token it was made with.
     *
     * @throws ProblemException INVALID with every violation, FORBIDDEN naming the role that is missing
     */
    @Transactional
    public Created create(Request request) {
        Caller caller = Callers.current();
        String subject = request.subject() == null ? caller.subject() : request.subject();
        Grants grants = checked(request, subject);
        Audit.about(String.join(",", grants.roles().keySet()), "token of " + subject);
        boolean own = subject.equals(caller.subject());
        grants.roles().forEach((project, role) -> {
            caller.require(role, project);
            if (!own) {
                caller.require(Role.OPERATOR, project);
            }
        });
        Secret secret = Secret.generate();
        long seconds = life(request).toSeconds();
        long id = rows.insert(request.name(), subject, secret.sha256(), caller.subject(), seconds, caller.until());
        grants.roles().forEach((project, role) -> rows.grant(id, projectId(project), role));
        Audit.about(String.join(",", grants.roles().keySet()), "token " + id + " of " + subject);
        return new Created(get(id), secret.text());
    }

    private Duration life(Request request) {
        Duration longest = settings.longestTokenLife();
        Integer days = request.days();
        Duration asked = days == null ? USUAL_LIFE : Duration.ofDays(days);
        return asked.compareTo(longest) < 0 ? asked : longest;
    }

    private @Nullable Long projectId(String project) {
        return project.equals(Grants.EVERY_PROJECT)
                ? null
                : projects.id(project).orElseThrow();
    }

    private Grants checked(Request request, String subject) {
        List<Violation> violations = new ArrayList<>();
        text("name", request.name(), LONGEST_NAME, violations);
        text("subject", subject, LONGEST_SUBJECT, violations);
        Map<String, Role> roles = new TreeMap<>();
        if (request.roles().isEmpty()) {
            violations.add(new Violation("roles", null, "is empty; name a project, or * for all, and its role"));
        }
        request.roles().forEach((project, label) -> {
            String place = "roles." + project;
            // A project that the caller may not see is none.
            boolean known = project.equals(Grants.EVERY_PROJECT)
                    || Callers.current().has(Role.VIEWER, project)
                            && projects.id(project).isPresent();
            if (!known) {
                violations.add(new Violation(place, project, "there is no such project"));
            }
            Optional<Role> role = Role.of(label);
            if (role.isEmpty()) {
                violations.add(new Violation(place, label, "must be one of viewer, researcher, operator"));
            } else {
                roles.put(project, role.get());
            }
        });
        long longest = settings.longestTokenLife().toDays();
        Integer days = request.days();
        if (days != null && (days < 1 || days > longest)) {
            violations.add(new Violation("days", days.toString(), "must be from 1 to " + longest));
        }
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
        return new Grants(roles);
    }

    private static void text(String field, String value, int longest, List<Violation> violations) {
        boolean control = value.codePoints().anyMatch(Character::isISOControl);
        if (value.isBlank() || value.length() > longest || control) {
            violations.add(
                    new Violation(field, value, "must be 1 to " + longest + " characters, without control characters"));
        }
    }

    /** Newest first, before an id: those that the caller may revoke. */
    public List<ApiToken> list(long before, int limit) {
        Map<Role, Visibility> reach = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            reach.put(role, projects.with(role));
        }
        return rows.page(Callers.current().subject(), reach, before, limit);
    }

    /**
     * Ends a token for good; harmless when repeated.
     *
     * @throws ProblemException NOT_FOUND also for one that the caller may not see
     */
    @Transactional
    public ApiToken revoke(long id) {
        Caller caller = Callers.current();
        ApiToken token = rows.find(id)
                .filter(found -> mayManage(caller, found))
                .orElseThrow(() -> ProblemException.notFound("token", id));
        rows.revoke(token.id(), caller.subject());
        Audit.about(String.join(",", token.grants().roles().keySet()), "token " + id + " of " + token.subject());
        return get(id);
    }

    /**
     * Its own with what the caller may as well, and those of others on projects that it operates. A name alone proves little: the
     * operator of one project can have a token made in anybody's.
     */
    private static boolean mayManage(Caller caller, ApiToken token) {
        boolean own = token.subject().equals(caller.subject());
        return token.grants().roles().entrySet().stream()
                .allMatch(grant -> caller.has(own ? grant.getValue() : Role.OPERATOR, grant.getKey()));
    }

    private ApiToken get(long id) {
        return rows.find(id).orElseThrow(() -> ProblemException.notFound("token", id));
    }

    boolean anOperatorExists() {
        return rows.anOperatorExists();
    }

    /** Whose secret this is; empty when it is unknown, expired or revoked. */
    Optional<Caller> caller(Secret secret) {
        return rows.valid(secret.sha256()).map(valid -> {
            if (valid.useUnnoted()) {
                rows.noteUse(valid.id());
            }
            return new Caller(valid.subject(), "token " + valid.id(), valid.grants(), valid.expiresAt());
        });
    }
}

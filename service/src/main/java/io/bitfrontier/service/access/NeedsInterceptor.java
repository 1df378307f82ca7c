package io.bitfrontier.service.access;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Compares what the route needs with what the caller has. It stands behind the routing, so that no other spelling of a path gets
 * past it. What the caller may not even see answers like what is not there.
 */
@Component
class NeedsInterceptor implements HandlerInterceptor {
    private static final Logger log = LoggerFactory.getLogger(NeedsInterceptor.class);

    private final Projects projects;

    NeedsInterceptor(Projects projects) {
        this.projects = projects;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        boolean ours = handler instanceof HandlerMethod
                && request.getDispatcherType() == DispatcherType.REQUEST
                && !WorkerRoutes.has(pattern(request));
        if (ours && handler instanceof HandlerMethod method) {
            Needs needs = method.getMethodAnnotation(Needs.class);
            if (needs == null) {
                log.error("{} has no @Needs and is closed to everybody", method.getShortLogMessage());
                throw new ProblemException(ProblemCode.FORBIDDEN, "No role opens this route");
            }
            check(Callers.current(), needs, request);
        }
        return true;
    }

    private void check(Caller caller, Needs needs, HttpServletRequest request) {
        Role role = needs.value();
        if (caller.grants().everywhere(role)) {
            return;
        }
        switch (needs.on()) {
            case EVERY_PROJECT -> throw caller.refused(role, Grants.EVERY_PROJECT);
            case ANY_PROJECT -> {
                if (!caller.grants().anywhere(role)) {
                    throw caller.refusedAnywhere(role);
                }
            }
            case PROJECT -> {
                String project = String.valueOf(named(request, "project"));
                require(caller, role, List.of(project), "project", project);
            }
            case SWEEP -> {
                String sweep = named(request, "sweep");
                if (sweep == null) {
                    throw caller.refused(role, Grants.EVERY_PROJECT);
                }
                require(caller, role, ofSweep(sweep), "sweep", sweep);
            }
            case RUN -> {
                String run = String.valueOf(named(request, "run"));
                require(caller, role, ofRun(run), "run", run);
            }
        }
    }

    /** To read one project is enough; a change touches all of them. */
    private static void require(Caller caller, Role role, List<String> owners, String what, String id) {
        if (owners.stream().noneMatch(project -> caller.has(Role.VIEWER, project))) {
            throw ProblemException.notFound(what, id);
        }
        if (role != Role.VIEWER) {
            owners.stream()
                    .filter(project -> !caller.has(role, project))
                    .findFirst()
                    .ifPresent(project -> {
                        throw caller.has(Role.VIEWER, project)
                                ? caller.refused(role, project)
                                : new ProblemException(
                                        ProblemCode.FORBIDDEN,
                                        "The " + what + " " + id + " is also needed by a project that "
                                                + caller.subject() + " may not see");
                    });
        }
    }

    /** What does not read as an id is the id of nothing: whatever the controller would make of it stays closed. */
    private List<String> ofSweep(String id) {
        try {
            return projects.ofSweep(UUID.fromString(id)).map(List::of).orElse(List.of());
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    private List<String> ofRun(String id) {
        try {
            return projects.ofRun(Long.parseLong(id));
        } catch (NumberFormatException e) {
            return List.of();
        }
    }

    /** By the path or the query; null where neither has it. */
    private static @Nullable String named(HttpServletRequest request, String name) {
        if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables
                && variables.get(name) instanceof String value) {
            return value;
        }
        String @Nullable [] values = request.getParameterValues(name);
        if (values != null && values.length != 1) {
            throw ProblemException.invalid(List.of(new Violation(name, String.join(", ", values), "is given twice")));
        }
        return values == null ? null : values[0];
    }

    private static String pattern(HttpServletRequest request) {
        return request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE) instanceof String pattern
                ? pattern
                : "";
    }
}

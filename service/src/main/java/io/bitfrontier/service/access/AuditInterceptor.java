package io.bitfrontier.service.access;

import io.bitfrontier.service.access.AuditRows.Outcome;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Has every request recorded that is not a read, refusals included. What changes something is recorded in the transaction of the
 * change; the rest, here, when the answer is known. Workers' reports are not: their attempts are their record.
 */
@Component
class AuditInterceptor implements HandlerInterceptor {
    private static final Logger log = LoggerFactory.getLogger(AuditInterceptor.class);
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final int FIRST_REFUSAL = 400;
    private static final int FIRST_FAILURE = 500;

    private final AuditRows rows;
    private final Projects projects;

    AuditInterceptor(AuditRows rows, Projects projects) {
        this.rows = rows;
        this.projects = projects;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        String pattern =
                request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE) instanceof String text ? text : "";
        if (handler instanceof HandlerMethod method
                && request.getDispatcherType() == DispatcherType.REQUEST
                && !READING.contains(request.getMethod())
                && !WorkerRoutes.has(pattern)) {
            Audit.Change change = new Audit.Change(
                    Callers.current(),
                    request.getMethod(),
                    pattern,
                    method.getMethod().getName());
            name(change, request);
            Audit.begin(change);
        }
        return true;
    }

    /** By the path's variables; what a body names is added by {@link Audit#about}. */
    private void name(Audit.Change change, HttpServletRequest request) {
        if (!(request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables)) {
            return;
        }
        String subject = variables.entrySet().stream()
                .map(variable -> variable.getKey() + " " + variable.getValue())
                .collect(Collectors.joining(", "));
        change.subject = subject.isEmpty() ? null : subject;
        if (variables.get("project") instanceof String project) {
            change.project = project;
        } else if (variables.get("sweep") instanceof String sweep) {
            change.project = projectOfSweep(sweep);
        } else if (variables.get("run") instanceof String run) {
            change.project = projectsOfRun(run);
        }
    }

    private @Nullable String projectOfSweep(String id) {
        try {
            return projects.ofSweep(UUID.fromString(id)).orElse(null);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private @Nullable String projectsOfRun(String id) {
        try {
            String names = String.join(",", projects.ofRun(Long.parseLong(id)));
            return names.isEmpty() ? null : names;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception e) {
        Audit.current().ifPresent(change -> {
            Audit.end();
            int status = response.getStatus();
            // A change that was committed before its request failed has its row, and this one tells the rest.
            if (change.writer == null || status >= FIRST_REFUSAL) {
                record(change, status);
            }
        });
    }

    private void record(Audit.Change change, int status) {
        Outcome outcome =
                status >= FIRST_FAILURE ? Outcome.FAILED : status >= FIRST_REFUSAL ? Outcome.REFUSED : Outcome.DONE;
        try {
            rows.write(change, outcome, status);
        } catch (DataAccessException e) {
            log.warn(
                    "not in the audit: {} of {} {} ended with {}; {}",
                    change.operation,
                    change.caller.subject(),
                    change.caller.credential(),
                    status,
                    e.toString());
        }
    }
}

package io.bitfrontier.service.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/** The routes of the worker protocol, which tokens of workers and attempts open and no other. */
final class WorkerRoutes {
    /** How their patterns begin; everything else needs a caller. */
    private static final List<String> PATTERNS = List.of("/api/v1/workers/{worker}/", "/api/v1/attempts/{attempt}/");

    /** By path, read as the routing reads it. */
    static final List<PathPatternRequestMatcher> MATCHERS = PATTERNS.stream()
            .map(pattern -> PathPatternRequestMatcher.withDefaults().matcher(pattern + "**"))
            .toList();

    private WorkerRoutes() {}

    static boolean matches(HttpServletRequest request) {
        return MATCHERS.stream().anyMatch(matcher -> matcher.matches(request));
    }

    /** Whether the pattern that the routing chose is one of theirs. */
    static boolean has(String pattern) {
        return PATTERNS.stream().anyMatch(pattern::startsWith);
    }
}

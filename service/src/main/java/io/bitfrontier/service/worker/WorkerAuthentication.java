package io.bitfrontier.service.worker;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Checks the bearer token of a worker or an attempt against the id in the path, before the body is read. It stands behind the
 * routing, so that no other spelling of a path gets past it. An unknown id answers like a wrong token.
 */
@Component
class WorkerAuthentication implements HandlerInterceptor {
    /** Path variables of the routes under {@code /api/v1/workers} and {@code /api/v1/attempts}. */
    static final String WORKER_VARIABLE = "worker";

    static final String ATTEMPT_VARIABLE = "attempt";
    private static final String SCHEME = "Bearer ";

    private final JdbcClient jdbc;

    WorkerAuthentication(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        Map<?, ?> variables =
                request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> map
                        ? map
                        : Map.of();
        Object worker = variables.get(WORKER_VARIABLE);
        Object attempt = variables.get(ATTEMPT_VARIABLE);
        if (worker == null && attempt == null) {
            // No route of the worker protocol: the routing itself answers 404 or 405.
            return true;
        }
        Token token = bearer(request).orElseThrow(WorkerAuthentication::refused);
        if (worker != null) {
            authenticateWorker(request, worker.toString(), token);
        } else {
            authenticateAttempt(request, String.valueOf(attempt), token);
        }
        checkVersion(request);
        return true;
    }

    private void authenticateWorker(HttpServletRequest request, String id, Token token) {
        UUID worker = uuid(id).orElseThrow(WorkerAuthentication::refused);
        String hash = jdbc.sql("SELECT token_sha256 FROM worker WHERE id = ?")
                .param(worker)
                .query(String.class)
                .optional()
                .orElseThrow(WorkerAuthentication::refused);
        if (!token.matches(hash)) {
            throw refused();
        }
        MDC.put("worker", id);
        request.setAttribute(WorkerCaller.ATTRIBUTE, new WorkerCaller(worker));
    }

    private void authenticateAttempt(HttpServletRequest request, String text, Token token) {
        long id = number(text).orElseThrow(WorkerAuthentication::refused);
        record Stored(String hash, AttemptCaller caller) {}
        Stored stored = jdbc.sql("SELECT token_sha256, run_id, worker_id FROM attempt WHERE id = ?")
                .param(id)
                .query((row, n) -> new Stored(
                        row.getString("token_sha256"),
                        new AttemptCaller(id, row.getLong("run_id"), row.getObject("worker_id", UUID.class))))
                .optional()
                .orElseThrow(WorkerAuthentication::refused);
        if (!token.matches(stored.hash())) {
            throw refused();
        }
        MDC.put("worker", stored.caller().workerId().toString());
        MDC.put("run", Long.toString(stored.caller().runId()));
        MDC.put("attempt", text);
        request.setAttribute(AttemptCaller.ATTRIBUTE, stored.caller());
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception e) {
        MDC.remove("worker");
        MDC.remove("run");
        MDC.remove("attempt");
    }

    private static void checkVersion(HttpServletRequest request) {
        String version = request.getHeader(WorkerProtocol.VERSION_HEADER);
        if (!Integer.toString(WorkerProtocol.VERSION).equals(version)) {
            throw new ProblemException(
                    ProblemCode.PROTOCOL_VERSION,
                    WorkerProtocol.VERSION_HEADER + " must be " + WorkerProtocol.VERSION + " and is "
                            + (version == null ? "missing" : version));
        }
    }

    private static Optional<Token> bearer(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(new Token(header.substring(SCHEME.length()).strip()))
                : Optional.empty();
    }

    private static Optional<UUID> uuid(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.valueOf(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static ProblemException refused() {
        return new ProblemException(ProblemCode.UNAUTHENTICATED, "The bearer token is missing or not the one issued");
    }
}

package io.bitfrontier.service.problem;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/** Builds the RFC 9457 body; the same for controllers, filters and the container's own errors. */
final class Problems {
    /** Seconds after which a caller may ask again what the service could not answer. */
    static final String RETRY_AFTER = "2";

    private Problems() {}

    static ProblemDetail of(ProblemException e) {
        return of(e.code(), e.getMessage(), e.violations(), e.members());
    }

    static ProblemDetail of(ProblemCode code, @Nullable String detail) {
        return of(code, detail, List.of(), Map.of());
    }

    static ProblemDetail of(
            ProblemCode code, @Nullable String detail, List<Violation> violations, Map<String, Object> members) {
        ProblemDetail body = ProblemDetail.forStatus(HttpStatus.valueOf(code.status()));
        body.setType(URI.create(code.type()));
        body.setTitle(code.title());
        body.setDetail(detail);
        body.setProperty("code", code.name());
        if (!violations.isEmpty()) {
            body.setProperty("violations", violations);
        }
        members.forEach(body::setProperty);
        return body;
    }

    /** The nearest code of a status that the container or the framework chose. */
    static ProblemCode codeOf(int status) {
        return switch (status) {
            case 401 -> ProblemCode.UNAUTHENTICATED;
            case 403 -> ProblemCode.FORBIDDEN;
            case 404 -> ProblemCode.NOT_FOUND;
            case 405 -> ProblemCode.METHOD_NOT_ALLOWED;
            case 406 -> ProblemCode.NOT_ACCEPTABLE;
            case 409 -> ProblemCode.CONFLICT;
            case 413 -> ProblemCode.TOO_LARGE;
            case 415 -> ProblemCode.UNSUPPORTED_MEDIA_TYPE;
            case 503 -> ProblemCode.UNAVAILABLE;
            default -> status < 500 ? ProblemCode.MALFORMED : ProblemCode.INTERNAL;
        };
    }
}

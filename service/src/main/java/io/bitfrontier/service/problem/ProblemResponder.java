package io.bitfrontier.service.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Writes a problem from a filter, where no controller advice reaches. */
@Component
public class ProblemResponder {
    private final JsonMapper json;

    ProblemResponder(JsonMapper json) {
        this.json = json;
    }

    public void write(HttpServletRequest request, HttpServletResponse response, ProblemException problem)
            throws IOException {
        ProblemDetail body = Problems.of(problem);
        body.setInstance(URI.create(request.getRequestURI()));
        response.setStatus(body.getStatus());
        if (problem.code() == ProblemCode.UNAUTHENTICATED) {
            response.setHeader("WWW-Authenticate", "Bearer");
        }
        if (problem.code() == ProblemCode.UNAVAILABLE) {
            response.setHeader("Retry-After", Problems.RETRY_AFTER);
        }
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(json.writeValueAsBytes(body));
    }
}

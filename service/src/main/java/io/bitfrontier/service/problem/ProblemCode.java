package io.bitfrontier.service.problem;

import java.util.Locale;

/** What can go wrong, as callers see it. The name is stable: it is part of the REST contract. */
public enum ProblemCode {
    MALFORMED(400, "The request cannot be read"),
    INVALID(400, "The request breaks rules"),
    PROTOCOL_VERSION(400, "The worker speaks another version of the protocol"),
    UNAUTHENTICATED(401, "The token is missing or wrong"),
    FORBIDDEN(403, "The caller may not do this"),
    NOT_FOUND(404, "There is no such thing"),
    METHOD_NOT_ALLOWED(405, "The method does not exist here"),
    NOT_ACCEPTABLE(406, "None of the accepted media types can be produced"),
    CONFLICT(409, "The request contradicts what is stored"),
    QUOTA_REACHED(409, "The project has used what it may"),
    ATTEMPT_FENCED(409, "The attempt may no longer write"),
    METRICS_OUT_OF_ORDER(409, "A batch of metrics is missing before this one"),
    METRICS_MISSING(409, "Batches of metrics are missing"),
    WORKER_GONE(410, "The worker has been told to leave"),
    TOO_LARGE(413, "The body is too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "The media type is not supported"),
    INTERNAL(500, "The service failed"),
    UNAVAILABLE(503, "The service cannot answer now");

    private final int status;
    private final String title;

    ProblemCode(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** URI that names the kind of problem. */
    public String type() {
        return "https://bitfrontier.io/problems/" + name().toLowerCase(Locale.ROOT);
    }
}

package io.bitfrontier.service.access;

/** The service may not start like this: strangers could use it, or nobody could. */
public final class AccessNotConfiguredException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    static final String WAYS = "bitfrontier.access.bootstrap-token-file (a file with an operator's secret; "
            + "'./bitfrontier token generate FILE' writes one) or bitfrontier.access.oidc.issuer-uri and .audience";

    private final String action;

    AccessNotConfiguredException(String message, String action) {
        super(message);
        this.action = action;
    }

    String action() {
        return action;
    }
}

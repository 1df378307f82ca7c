package io.bitfrontier.service.access;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Who may speak to the service.
 *
 * @param login whether callers prove who they are
 * @param bootstrapTokenFile file whose content is the secret of an operator on every project, read at start
 * @param longestTokenLife most that a token may be valid for
 * @param openMetrics whether {@code /actuator/prometheus} answers without a token
 * @param oidc signed tokens of an identity provider; null for none
 */
@Validated
@ConfigurationProperties("bitfrontier.access")
record AccessSettings(
        @DefaultValue("auto") Login login,
        @Nullable Path bootstrapTokenFile,
        @DefaultValue("365d") @DurationMin(days = 1) Duration longestTokenLife,
        @DefaultValue("false") boolean openMetrics,
        @Valid @Nullable Oidc oidc) {

    /** Whether callers prove who they are. */
    enum Login {
        /** Not on loopback with the embedded database; everywhere else they do. */
        AUTO,
        REQUIRED,
        /** Nobody does; only on loopback, where a database of one's own needs saying so. */
        NONE
    }

    /**
     * An OpenID Connect provider whose access tokens are accepted.
     *
     * @param issuerUri the {@code iss} that tokens must have
     * @param jwkSetUri where its keys are; from the issuer's discovery document by default
     * @param audience what the {@code aud} of tokens must contain
     * @param subjectClaim claim that names the caller
     * @param rolesClaim claim whose values {@code roles} maps; dots lead into objects
     * @param roles grants by value of the roles claim, such as {@code default=researcher, vision=viewer}
     */
    record Oidc(
            @NotNull URI issuerUri,
            @Nullable URI jwkSetUri,
            @NotBlank String audience,
            @DefaultValue("sub") @NotBlank String subjectClaim,
            @DefaultValue("groups") @NotBlank String rolesClaim,
            @DefaultValue Map<String, String> roles) {}
}

package io.bitfrontier.service.access;

import io.bitfrontier.service.access.AccessSettings.Oidc;
import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestTemplate;

/** Callers who bring a signed token of the configured identity provider. */
@Component
class OidcCallers {
    private static final Logger log = LoggerFactory.getLogger(OidcCallers.class);
    private static final Duration PROVIDER_TIMEOUT = Duration.ofSeconds(5);

    private final @Nullable Oidc settings;
    private final @Nullable JwtDecoder decoder;
    private final Map<String, Grants> grants;

    OidcCallers(AccessSettings access, Clock clock) {
        this.settings = access.oidc();
        this.decoder = settings == null ? null : decoder(settings, clock);
        this.grants = settings == null ? Map.of() : grants(settings);
    }

    private static Map<String, Grants> grants(Oidc settings) {
        return settings.roles().entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> {
            try {
                return Grants.parse(entry.getValue());
            } catch (IllegalArgumentException e) {
                throw new AccessNotConfiguredException(
                        "bitfrontier.access.oidc.roles." + entry.getKey() + ": " + e.getMessage(),
                        "Name a project, or * for all, and its role");
            }
        }));
    }

    /** Keys are fetched with the first token, so that the service starts while its provider is away. */
    private static JwtDecoder decoder(Oidc settings, Clock clock) {
        JwtTimestampValidator timestamps = new JwtTimestampValidator();
        timestamps.setClock(clock);
        OAuth2TokenValidator<Jwt> validator = new DelegatingOAuth2TokenValidator<>(List.of(
                timestamps,
                new JwtClaimValidator<Object>(JwtClaimNames.EXP, expires -> expires != null),
                new JwtIssuerValidator(settings.issuerUri().toString()),
                new JwtClaimValidator<Collection<String>>(
                        JwtClaimNames.AUD, audience -> audience != null && audience.contains(settings.audience()))));
        SimpleClientHttpRequestFactory requests = new SimpleClientHttpRequestFactory();
        requests.setConnectTimeout(PROVIDER_TIMEOUT);
        requests.setReadTimeout(PROVIDER_TIMEOUT);
        RestTemplate http = new RestTemplate(requests);
        URI keys = settings.jwkSetUri();
        return new SupplierJwtDecoder(() -> {
            NimbusJwtDecoder made = keys == null
                    ? NimbusJwtDecoder.withIssuerLocation(settings.issuerUri().toString())
                            .restOperations(http)
                            .build()
                    : NimbusJwtDecoder.withJwkSetUri(keys.toString())
                            .restOperations(http)
                            // Signatures by a public key only; a shared secret would be no proof of the provider.
                            .jwsAlgorithms(allowed -> allowed.addAll(Arrays.asList(SignatureAlgorithm.values())))
                            .build();
            made.setJwtValidator(validator);
            return made;
        });
    }

    /**
     * Whom a signed token names; empty where no provider is configured or the text has not the form of one.
     *
     * @throws ProblemException UNAUTHENTICATED for a token that is not good, UNAVAILABLE while the provider's keys cannot be had
     */
    Optional<Caller> caller(String token) {
        if (decoder == null
                || settings == null
                || token.chars().filter(c -> c == '.').count() != 2) {
            return Optional.empty();
        }
        try {
            return Optional.of(caller(decoder.decode(token), settings));
        } catch (BadJwtException e) {
            log.debug("a signed token was refused: {}", e.getMessage());
            throw Callers.unknown("The signed token is expired, or not made for this service by its identity provider");
        } catch (JwtException | JwtDecoderInitializationException e) {
            log.warn(
                    "the identity provider's keys cannot be had: {}",
                    NestedExceptionUtils.getMostSpecificCause(e).toString());
            throw new ProblemException(ProblemCode.UNAVAILABLE, "The identity provider does not answer");
        }
    }

    private Caller caller(Jwt jwt, Oidc oidc) {
        String subject = jwt.getClaimAsString(oidc.subjectClaim());
        if (subject == null || subject.isBlank()) {
            throw Callers.unknown("The signed token has no claim " + oidc.subjectClaim());
        }
        Grants all = values(jwt, oidc.rolesClaim()).stream()
                .map(value -> grants.getOrDefault(value, Grants.NONE))
                .reduce(Grants.NONE, Grants::and);
        return new Caller(subject, "oidc", all, jwt.getExpiresAt());
    }

    /** The texts of a claim: a list, or words between blanks; a dot leads into an object where no claim has the whole name. */
    private static List<String> values(Jwt jwt, String claim) {
        Object value = jwt.getClaims().get(claim);
        if (value == null) {
            value = jwt.getClaims();
            for (String step : claim.split("\\.", -1)) {
                value = value instanceof Map<?, ?> object ? object.get(step) : null;
            }
        }
        List<String> texts = new ArrayList<>();
        if (value instanceof Collection<?> list) {
            list.forEach(item -> texts.add(String.valueOf(item)));
        } else if (value instanceof String words) {
            texts.addAll(Arrays.asList(words.strip().split("\\s+")));
        }
        return texts;
    }
}

package io.bitfrontier.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OidcTest extends LoginTest {
    @Test
    void aSignedTokenNamesItsCallerWhoseGroupsAreRoles() throws Exception {
        Answer answer = get(
                "/api/v1/caller",
                PROVIDER.sign(PROVIDER.claims("trainers", "unknown").build()));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().get("subject").asString()).isEqualTo("ada");
        assertThat(answer.json().get("credential").asString()).isEqualTo("oidc");
        assertThat(answer.json().get("roles")).hasToString("{\"default\":\"researcher\"}");
    }

    @Test
    void severalGroupsGiveAllTheirRoles() throws Exception {
        Answer answer = get(
                "/api/v1/caller",
                PROVIDER.sign(PROVIDER.claims("trainers", "admins").build()));

        assertThat(answer.json().get("roles")).hasToString("{\"*\":\"operator\",\"default\":\"researcher\"}");
    }

    @Test
    void aCallerOfNoKnownGroupMayDoNothing() throws Exception {
        Answer answer =
                get("/api/v1/sweeps", PROVIDER.sign(PROVIDER.claims("strangers").build()));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.json().get("detail").asString())
                .isEqualTo("This needs the role viewer on at least one project; ada has no role there");
    }

    @Test
    void whileTheProviderIsAwayItsTokensAreNeitherGoodNorBad() throws Exception {
        String token = PROVIDER.sign(PROVIDER.claims("admins").build());
        URI away = URI.create("http://127.0.0.1:1/realm");
        for (URI keys : Arrays.asList(null, away)) {
            OidcCallers callers = new OidcCallers(
                    new AccessSettings(
                            AccessSettings.Login.REQUIRED,
                            null,
                            Duration.ofDays(1),
                            false,
                            new AccessSettings.Oidc(away, keys, "bitfrontier", "sub", "groups", Map.of())),
                    Clock.systemUTC());
            assertThatThrownBy(() -> callers.caller(token))
                    .isInstanceOfSatisfying(ProblemException.class, problem -> assertThat(problem.code())
                            .isEqualTo(ProblemCode.UNAVAILABLE));
        }
    }

    static List<String> refused() throws JOSEException {
        Date past = Date.from(Instant.now().minus(Duration.ofMinutes(5)));
        Date future = Date.from(Instant.now().plus(Duration.ofMinutes(5)));
        JWTClaimsSet good = PROVIDER.claims("admins").build();
        return List.of(
                PROVIDER.sign(
                        PROVIDER.claims("admins").audience("somebody-else").build()),
                PROVIDER.sign(PROVIDER.claims("admins").audience((String) null).build()),
                PROVIDER.sign(PROVIDER.claims("admins")
                        .issuer("https://elsewhere.example")
                        .build()),
                PROVIDER.sign(PROVIDER.claims("admins").expirationTime(past).build()),
                PROVIDER.sign(PROVIDER.claims("admins").expirationTime(null).build()),
                PROVIDER.sign(PROVIDER.claims("admins").notBeforeTime(future).build()),
                PROVIDER.sign(PROVIDER.claims("admins").subject(null).build()),
                PROVIDER.signByAnother(good),
                PROVIDER.signByPublicKey(good),
                new PlainJWT(good).serialize(),
                "not.a.token");
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aTokenThatIsNotForThisServiceIsRefused(String token) throws Exception {
        Answer answer = get("/api/v1/caller", token);

        assertThat(answer.status()).as(answer.body()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("UNAUTHENTICATED");
        assertThat(answer.response().getHeader("WWW-Authenticate")).isEqualTo("Bearer");
    }
}

package io.bitfrontier.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TokensTest extends LoginTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Answer create(String token, Map<String, Object> request) throws Exception {
        return send("POST", "/api/v1/tokens", token, JSON.writeValueAsString(request));
    }

    private Answer revoke(String token, long id) throws Exception {
        return send("PUT", "/api/v1/tokens/" + id + "/revocation", token, null);
    }

    private static List<String> names(Answer page) {
        return page.json()
                .get("items")
                .valueStream()
                .map(item -> item.get("name").asString())
                .toList();
    }

    @Test
    void theBootstrapSecretMakesTheFirstTokenWhoseSecretIsShownOnceAndStoredNowhere() throws Exception {
        Answer created = create(
                bootstrap(), Map.of("name", "laptop", "subject", "ada", "roles", Map.of("*", "operator"), "days", 30));

        assertThat(created.status()).as(created.body()).isEqualTo(201);
        String secret = created.json().get("secret").asString();
        assertThat(secret).matches("bft_[A-Za-z0-9_-]{43}");
        assertThat(created.json().get("token").get("createdBy").asString()).isEqualTo("bootstrap");
        Answer caller = get("/api/v1/caller", secret);
        assertThat(caller.json().get("subject").asString()).isEqualTo("ada");
        assertThat(caller.json().get("credential").asString()).startsWith("token ");
        assertThat(get("/api/v1/tokens", secret).body()).contains("laptop").doesNotContain(secret);
        String stored = jdbc().sql("SELECT t::text || a::text FROM api_token t, audit a")
                .query(String.class)
                .single();
        assertThat(stored).doesNotContain(secret).doesNotContain(secret.substring(4));
        assertThat(jdbc().sql("SELECT expires_at - created_at = interval '30 days' FROM api_token")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void aResearcherMakesTokensForThemselvesWithAtMostTheirRoles() throws Exception {
        project("elsewhere");
        String token = token("rita", Map.of("default", "researcher", "elsewhere", "viewer"));

        assertThat(create(token, Map.of("name", "ci", "roles", Map.of("default", "researcher")))
                        .status())
                .isEqualTo(201);
        assertThat(create(token, Map.of("name", "ci", "roles", Map.of("default", "viewer", "elsewhere", "viewer")))
                        .status())
                .isEqualTo(201);
        Answer higher = create(token, Map.of("name", "ci", "roles", Map.of("elsewhere", "researcher")));
        assertThat(higher.status()).isEqualTo(403);
        assertThat(higher.json().get("detail").asString())
                .isEqualTo("This needs the role researcher on the project elsewhere; rita has viewer on elsewhere");
        assertThat(higher.json().get("needs").get("role").asString()).isEqualTo("researcher");
        assertThat(higher.json().get("needs").get("project").asString()).isEqualTo("elsewhere");
        assertThat(create(token, Map.of("name", "ci", "roles", Map.of("*", "viewer")))
                        .status())
                .isEqualTo(403);
        assertThat(create(token, Map.of("name", "ci", "subject", "olaf", "roles", Map.of("default", "viewer")))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void theOperatorOfAProjectMakesTokensOfOthersForThatProjectAlone() throws Exception {
        project("elsewhere");
        String token = token("olga", "default", "operator");

        assertThat(create(token, Map.of("name", "n", "subject", "rita", "roles", Map.of("default", "operator")))
                        .status())
                .isEqualTo(201);
        Answer hidden = create(token, Map.of("name", "n", "subject", "rita", "roles", Map.of("elsewhere", "viewer")));
        assertThat(hidden.status()).isEqualTo(400);
        assertThat(hidden.body()).contains("there is no such project");
        assertThat(create(token, Map.of("name", "n", "roles", Map.of("*", "operator")))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void everyMistakeIsNamedAtOnce() throws Exception {
        Answer answer = create(
                bootstrap(),
                Map.of("name", "a\nb", "roles", Map.of("nowhere", "viewer", "default", "king"), "days", 400));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json()
                        .get("violations")
                        .valueStream()
                        .map(v -> v.get("path").asString() + " "
                                + v.get("message").asString())
                        .sorted()
                        .toList())
                .containsExactly(
                        "days must be from 1 to 365",
                        "name must be 1 to 100 characters, without control characters",
                        "roles.default must be one of viewer, researcher, operator",
                        "roles.nowhere there is no such project");
        assertThat(create(bootstrap(), Map.of("name", "n", "roles", Map.of())).body())
                .contains("roles")
                .contains("is empty");
    }

    @Test
    void aRevokedTokenIsRefusedAtOnceAndForGood() throws Exception {
        String token = token("rita", "default", "researcher");
        long id = id("rita");

        Answer first = revoke(token, id);
        assertThat(first.json().get("state").asString()).isEqualTo("REVOKED");
        assertThat(first.json().get("revokedBy").asString()).isEqualTo("rita");
        Answer refused = get("/api/v1/caller", token);
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.json().get("detail").asString()).isEqualTo("The token is unknown, expired or revoked");

        Answer again = revoke(bootstrap(), id);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().get("revokedBy").asString()).isEqualTo("rita");
    }

    @Test
    void anExpiredTokenIsRefusedByDatabaseTime() throws Exception {
        String token = token("rita", "default", "researcher");
        jdbc().sql("UPDATE api_token SET expires_at = now()").update();

        assertThat(get("/api/v1/caller", token).status()).isEqualTo(401);
        assertThat(get("/api/v1/tokens", bootstrap())
                        .json()
                        .get("items")
                        .get(0)
                        .get("state")
                        .asString())
                .isEqualTo("EXPIRED");
    }

    @Test
    void aTokenMadeWithATokenOutlivesItNot() throws Exception {
        String token = token("rita", "default", "researcher");
        jdbc().sql("UPDATE api_token SET expires_at = now() + interval '1 hour'")
                .update();

        Answer child = create(token, Map.of("name", "child", "roles", Map.of("default", "viewer"), "days", 300));

        assertThat(child.status()).isEqualTo(201);
        assertThat(jdbc().sql("SELECT count(DISTINCT expires_at) FROM api_token")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void tokensOfOthersAreSeenAndRevokedByWhoOperatesAllTheirProjects() throws Exception {
        project("elsewhere");
        String rita = token("rita", Map.of("default", "researcher"));
        long ofRita = id("rita");
        String olga = token("olga", Map.of("default", "operator"));
        token("both", Map.of("default", "viewer", "elsewhere", "viewer"));
        long ofBoth = id("both");
        jdbc().sql("UPDATE api_token SET name = subject").update();

        assertThat(names(get("/api/v1/tokens", rita))).containsExactly("rita");
        assertThat(names(get("/api/v1/tokens", olga))).containsExactly("olga", "rita");
        assertThat(names(get("/api/v1/tokens", bootstrap()))).containsExactly("both", "olga", "rita");
        assertThat(revoke(rita, id("olga")).status()).isEqualTo(404);
        assertThat(revoke(olga, ofBoth).status()).isEqualTo(404);
        assertThat(revoke(olga, ofRita).status()).isEqualTo(200);
        assertThat(revoke(bootstrap(), ofBoth).status()).isEqualTo(200);
        assertThat(revoke(bootstrap(), 4711).status()).isEqualTo(404);
    }

    @Test
    void aTokenInSomebodysNameRevokesNoneOfTheirsThatCanMore() throws Exception {
        project("elsewhere");
        token("ada", Map.of("*", "operator"));
        long ofAda = id("ada");
        String mimic = create(
                        token("olga", Map.of("elsewhere", "operator")),
                        Map.of("name", "mimic", "subject", "ada", "roles", Map.of("elsewhere", "viewer")))
                .json()
                .get("secret")
                .asString();

        assertThat(names(get("/api/v1/tokens", mimic))).containsExactly("mimic");
        assertThat(revoke(mimic, ofAda).status()).isEqualTo(404);

        String researcher = token("rita", Map.of("*", "researcher"));
        create(researcher, Map.of("name", "low", "roles", Map.of("default", "viewer", "*", "viewer")));
        assertThat(names(get("/api/v1/tokens", researcher))).containsExactly("low", "of a test");
    }

    @Test
    void tokensComeInPages() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            token(name, Map.of("default", "viewer", "*", "viewer"));
        }
        jdbc().sql("UPDATE api_token SET name = subject").update();

        Answer first = get("/api/v1/tokens?limit=2", bootstrap());
        JsonNode cursor = first.json().get("nextCursor");
        Answer second = get("/api/v1/tokens?limit=2&cursor=" + cursor.asString(), bootstrap());

        assertThat(names(first)).containsExactly("c", "b");
        assertThat(names(second)).containsExactly("a");
        assertThat(second.json().has("nextCursor")).isFalse();
        assertThat(first.json().get("items").get(0).get("roles"))
                .hasToString("{\"*\":\"viewer\",\"default\":\"viewer\"}");
    }

    @Test
    void theLastUseIsNotedToWithinMinutes() throws Exception {
        String token = token("rita", "default", "viewer");
        get("/api/v1/caller", token);
        assertThat(lastUsedMinutesAgo()).isZero();

        jdbc().sql("UPDATE api_token SET last_used_at = now() - interval '4 minutes'")
                .update();
        get("/api/v1/caller", token);
        assertThat(lastUsedMinutesAgo()).isEqualTo(4);

        jdbc().sql("UPDATE api_token SET last_used_at = now() - interval '6 minutes'")
                .update();
        get("/api/v1/caller", token);
        assertThat(lastUsedMinutesAgo()).isZero();
    }

    @Test
    void whatIsNoTokenIsRefusedWithoutBeingRepeated() throws Exception {
        for (String wrong : List.of("bft_short", "bft_" + "x".repeat(43), "x", "bft_" + "x".repeat(5000))) {
            Answer answer = get("/api/v1/caller", wrong);
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body()).doesNotContain(wrong.length() < 5 ? "\"x\"" : wrong);
            assertThat(answer.response().getHeader("WWW-Authenticate")).isEqualTo("Bearer");
        }
    }

    private long lastUsedMinutesAgo() {
        return jdbc().sql("SELECT CAST(extract(epoch FROM now() - last_used_at) / 60 AS bigint) FROM api_token")
                .query(Long.class)
                .single();
    }

    private long id(String subject) {
        return jdbc().sql("SELECT id FROM api_token WHERE subject = ?")
                .param(subject)
                .query(Long.class)
                .single();
    }
}

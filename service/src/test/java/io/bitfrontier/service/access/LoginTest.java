package io.bitfrontier.service.access;

import io.bitfrontier.service.sweep.Sweeps;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.StoredRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A service whose callers must log in: by tokens, by its bootstrap secret, or by an identity provider of this test. */
@ServiceTest(
        properties = {
            "bitfrontier.access.login=required",
            "bitfrontier.access.bootstrap-token-file=src/test/resources/bootstrap-token"
        })
abstract class LoginTest {
    static final String NOBODY = "";
    /** A small sweep of some project. */
    static final String DOCUMENT = """
            apiVersion: bitfrontier/v1
            name: small
            project: %s
            grid: {model: [tiny-17k], tokens: [100k], precision: [16]}
            data: {corpus: synthetic}
            """;

    static final IdentityProvider PROVIDER = IdentityProvider.start();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private MockMvc http;

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private ApiTokens tokens;

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private Sweeps sweeps;

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private JdbcClient jdbc;

    @DynamicPropertySource
    static void provider(DynamicPropertyRegistry registry) {
        registry.add("bitfrontier.access.oidc.issuer-uri", PROVIDER::issuer);
        registry.add("bitfrontier.access.oidc.jwk-set-uri", PROVIDER::keys);
        registry.add("bitfrontier.access.oidc.audience", () -> "bitfrontier");
        registry.add("bitfrontier.access.oidc.roles-claim", () -> "realm.groups");
        registry.add("bitfrontier.access.oidc.roles.trainers", () -> "default=researcher");
        registry.add("bitfrontier.access.oidc.roles.admins", () -> "*=operator");
    }

    record Answer(MockHttpServletResponse response, String body) {
        int status() {
            return response.getStatus();
        }

        JsonNode json() {
            return JSON.readTree(body);
        }

        String code() {
            return json().path("code").asString("");
        }
    }

    final JdbcClient jdbc() {
        return jdbc;
    }

    final MockMvc http() {
        return http;
    }

    static String bootstrap() throws IOException {
        return Files.readString(Path.of("src/test/resources/bootstrap-token")).strip();
    }

    /** The secret of a new token in {@code subject}'s name. */
    final String token(String subject, Map<String, String> roles) {
        return tokens.create(new ApiTokens.Request("of a test", subject, roles, null))
                .secret();
    }

    final String token(String subject, String project, String role) {
        return token(subject, Map.of(project, role));
    }

    final void project(String name) {
        jdbc.sql("INSERT INTO project (name) VALUES (?) ON CONFLICT DO NOTHING")
                .param(name)
                .update();
    }

    /** A sweep of the project default, as a submission stores it. */
    final UUID sweep() {
        UUID id = new StoredRows(jdbc).sweep();
        String document = DOCUMENT.formatted("default");
        jdbc.sql("UPDATE sweep SET plan = CAST(? AS jsonb) WHERE id = ?")
                .param(JSON.writeValueAsString(sweeps.plan(document).planned().summary()))
                .param(id)
                .update();
        return id;
    }

    final Answer get(String path, String token) throws Exception {
        return send("GET", path, token, null);
    }

    final Answer send(String method, String path, String token, @org.jspecify.annotations.Nullable String json)
            throws Exception {
        MockHttpServletRequestBuilder request = MockMvcRequestBuilders.request(
                org.springframework.http.HttpMethod.valueOf(method), java.net.URI.create(path));
        if (!token.isEmpty()) {
            request = request.header("Authorization", "Bearer " + token);
        }
        if (json != null) {
            request = request.contentType("application/json").content(json);
        }
        MockHttpServletResponse response = http.perform(request).andReturn().getResponse();
        return new Answer(response, response.getContentAsString());
    }
}

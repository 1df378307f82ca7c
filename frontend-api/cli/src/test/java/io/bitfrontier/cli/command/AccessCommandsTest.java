package io.bitfrontier.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.cli.FakeApi;
import io.bitfrontier.cli.Settings;
import io.bitfrontier.cli.Terminal;
import io.bitfrontier.cli.TokenSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessCommandsTest {
    private static final String TOKEN = """
            {"id": 7, "name": "ci", "subject": "rita", "roles": {"default": "researcher"}, "state": "%s",
             "createdBy": "olga", "createdAt": "2026-01-01T00:00:00Z", "expiresAt": "2026-04-01T00:00:00Z"}""";
    private static final String REFUSAL = """
            {"type": "https://bitfrontier.io/problems/%1$s", "title": "No", "status": %2$d, "code": "%1$s", "detail": "%3$s"}""";

    private final FakeApi api = new FakeApi();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        api.close();
    }

    private Terminal terminal(@Nullable String token) {
        return terminal(api.url(), token);
    }

    private Terminal terminal(URI url, @Nullable String token) {
        return new Terminal(new Settings(
                url, 8080, folder, null, null, false, 100, new TokenSource(token, null, folder.resolve("token"))));
    }

    @Test
    void theTokenGoesWithEveryRequestAndTheOptionBeatsTheVariable() {
        api.on("GET /api/v1/tokens?limit=100", 200, "{\"items\": [" + TOKEN.formatted("ACTIVE") + "]}");
        Terminal terminal = terminal("of-the-variable");

        assertThat(terminal.run("token", "list")).isZero();
        assertThat(terminal.run("token", "list", "--token", "of-the-option")).isZero();
        assertThat(terminal(null).run("token", "list")).isZero();

        assertThat(api.authorizations()).containsExactly("Bearer of-the-variable", "Bearer of-the-option", "");
        assertThat(terminal.out())
                .contains("7  ci    rita     default=researcher  ACTIVE  2026-04-01T00:00:00Z  never");
    }

    @Test
    void aNewTokensSecretAloneIsTheResult() {
        api.on("POST /api/v1/tokens", 201, "{\"secret\": \"bft_s\", \"token\": " + TOKEN.formatted("ACTIVE") + "}");
        Terminal terminal = terminal("mine");

        assertThat(terminal.run(
                        "token", "create", "ci", "--role", "default=researcher", "--subject", "rita", "--days", "30"))
                .isZero();

        assertThat(api.requests().get(0).body())
                .isEqualTo("{\"name\":\"ci\",\"roles\":{\"default\":\"researcher\"},\"subject\":\"rita\",\"days\":30}");
        assertThat(terminal.out()).isEqualTo("bft_s\n");
        assertThat(terminal.err())
                .isEqualTo(
                        "Token 7 'ci' of rita: default=researcher, until 2026-04-01T00:00:00Z. The secret is shown this"
                                + " once.\n");
    }

    @Test
    void aSecretInAFileIsItsOwnersAloneAndOverwritesNothing() throws IOException {
        api.on("POST /api/v1/tokens", 201, "{\"secret\": \"bft_s\", \"token\": " + TOKEN.formatted("ACTIVE") + "}");
        Path file = folder.resolve("ci-token");
        Terminal terminal = terminal("mine");

        assertThat(terminal.run("token", "create", "ci", "--role", "*=viewer", "--file", file.toString()))
                .isZero();

        assertThat(Files.readString(file)).isEqualTo("bft_s\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(terminal.out()).isEmpty();
        assertThat(terminal.run("token", "generate", file.toString())).isEqualTo(1);
        assertThat(terminal.err()).contains("exists already");
    }

    @Test
    void aFileThatCannotTakeTheSecretIsFoundBeforeThereIsOne() throws IOException {
        Path file = folder.resolve("taken");
        Files.writeString(file, "something");

        assertThat(terminal("mine").run("token", "create", "ci", "--role", "*=viewer", "--file", file.toString()))
                .isEqualTo(1);

        assertThat(api.requests()).isEmpty();
        assertThat(file).hasContent("something");
    }

    @Test
    void aRefusedTokenLeavesNoFile() {
        api.on("POST /api/v1/tokens", 403, REFUSAL.formatted("FORBIDDEN", 403, "No"));
        Path file = folder.resolve("ci-token");

        assertThat(terminal("mine").run("token", "create", "ci", "--role", "*=viewer", "--file", file.toString()))
                .isEqualTo(1);

        assertThat(file).doesNotExist();
    }

    @Test
    void aBootstrapSecretNeedsNoServiceAndNoFolder() throws IOException {
        Path file = folder.resolve("new").resolve("bootstrap");

        assertThat(terminal(null).run("token", "generate", file.toString())).isZero();

        assertThat(Files.readString(file)).matches("bft_[A-Za-z0-9_-]{43}\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(api.requests()).isEmpty();
    }

    @Test
    void aTokenIsRevokedByItsNumber() {
        api.on("PUT /api/v1/tokens/7/revocation", 200, TOKEN.formatted("REVOKED"));
        Terminal terminal = terminal("mine");

        assertThat(terminal.run("token", "revoke", "7")).isZero();

        assertThat(terminal.out()).isEqualTo("Token 7 'ci' of rita is revoked.\n");
    }

    @Test
    void theAuditIsATable() {
        api.on("GET /api/v1/audit?limit=2&caller=rita", 200, """
                {"items": [{"id": 3, "at": "2026-01-01T00:00:00Z", "caller": "rita", "credential": "token 7", "method": "PUT",
                 "route": "/x", "operation": "cancelSweep", "project": "default", "subject": "sweep 1", "outcome": "DONE"}],
                 "nextCursor": "Mw"}""");
        Terminal terminal = terminal("mine");

        assertThat(terminal.run("audit", "--caller", "rita", "--limit", "2")).isZero();

        assertThat(terminal.out())
                .contains("2026-01-01T00:00:00Z  rita    token 7  cancelSweep  default  sweep 1  DONE")
                .contains("--cursor Mw");
    }

    @Test
    void aMissingTokenIsExplainedAndAWrongOneIsNotRepeated() {
        api.on(
                "GET /api/v1/tokens?limit=100",
                401,
                REFUSAL.formatted("UNAUTHENTICATED", 401, "The token is unknown, expired or revoked"));
        Terminal terminal = terminal("bft_my-old-secret");

        assertThat(terminal.run("token", "list")).isEqualTo(1);

        assertThat(terminal.err()).isEqualTo("""
                bitfrontier: The token is unknown, expired or revoked (UNAUTHENTICATED, status 401)
                  A token comes from --token, BITFRONTIER_TOKEN, or the file that BITFRONTIER_TOKEN_FILE names (default: token in \
                BITFRONTIER_HOME).
                """);
    }

    @Test
    void aMissingRoleIsNamed() {
        String detail = "This needs the role operator on every project (*); rita has viewer on default";
        api.on("GET /api/v1/audit?limit=100", 403, REFUSAL.formatted("FORBIDDEN", 403, detail));
        Terminal terminal = terminal("mine");

        assertThat(terminal.run("audit")).isEqualTo(1);

        assertThat(terminal.err()).isEqualTo("bitfrontier: " + detail + " (FORBIDDEN, status 403)\n");
    }

    @Test
    void noMessageShowsATokenWhereNothingAnswers() {
        Terminal terminal = terminal(URI.create("http://bits.invalid"), "bft_my-secret");

        assertThat(terminal.run("token", "list")).isEqualTo(1);

        assertThat(terminal.err())
                .contains("the token travels unencrypted to http://bits.invalid")
                .contains("Nothing answers at")
                .doesNotContain("bft_my-secret");
        Terminal garbled = terminal("bft_my\nsecret");
        assertThat(garbled.run("token", "list")).isEqualTo(2);
        assertThat(garbled.err()).doesNotContain("bft_my");
    }
}

package io.bitfrontier.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.BitfrontierService;
import io.bitfrontier.service.access.AccessSettings.Login;
import io.bitfrontier.service.testing.TestDatabase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.mock.env.MockEnvironment;

class StartTest {
    @TempDir
    Path folder;

    private static MockEnvironment on(String address) {
        return new MockEnvironment().withProperty("server.address", address);
    }

    private static AccessSettings settings(Login login, @org.jspecify.annotations.Nullable Path bootstrap) {
        return new AccessSettings(login, bootstrap, Duration.ofDays(365), false, null);
    }

    private static LoginRule rule(Login login, MockEnvironment environment) {
        return new LoginRule(settings(login, null), environment);
    }

    private static FailureAnalysis analysis(ThrowingCallable start) {
        AccessNotConfiguredException[] caught = new AccessNotConfiguredException[1];
        assertThatThrownBy(start)
                .isInstanceOfSatisfying(AccessNotConfiguredException.class, failure -> caught[0] = failure);
        return Objects.requireNonNull(new AccessNotConfiguredAnalyzer().analyze(caught[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.3.2.1", "localhost", "::1"})
    void onLoopbackWithTheEmbeddedDatabaseNobodyLogsIn(String address) {
        assertThat(rule(Login.AUTO, on(address)).required()).isFalse();
        assertThat(rule(Login.REQUIRED, on(address)).required()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.7", "", "no-such-host.invalid"})
    void elsewhereEverybodyDoes(String address) {
        assertThat(rule(Login.AUTO, on(address)).required()).isTrue();
        assertThat(analysis(() -> rule(Login.NONE, on(address))).getAction())
                .contains("server.address")
                .contains("bitfrontier.access.bootstrap-token-file")
                .contains("bitfrontier.access.oidc.issuer-uri");
    }

    @Test
    void withoutAnAddressTheServiceWouldListenEverywhere() {
        assertThat(rule(Login.AUTO, new MockEnvironment()).reasons()).contains("every address of this machine");
    }

    @Test
    void aManagementPortCountsAsWell() {
        MockEnvironment environment = on("127.0.0.1").withProperty("management.server.port", "9090");
        assertThat(rule(Login.AUTO, environment).reasons()).contains("management.server.address");
        environment.withProperty("management.server.address", "127.0.0.1");
        assertThat(rule(Login.AUTO, environment).required()).isFalse();
    }

    @Test
    void aDatabaseOfOnesOwnNeedsLoginUnlessTheSettingSaysOtherwise() {
        MockEnvironment environment =
                on("127.0.0.1").withProperty("spring.datasource.url", "jdbc:postgresql://db/bitfrontier");
        assertThat(rule(Login.AUTO, environment).required()).isTrue();
        assertThat(rule(Login.NONE, environment).required()).isFalse();
    }

    @Test
    void aBootstrapFileHoldsASecretAndNothingElse() throws IOException {
        Path file = folder.resolve("secret");
        assertThat(analysis(() -> new BootstrapToken(settings(Login.AUTO, file)))
                        .getDescription())
                .isEqualTo("bitfrontier.access.bootstrap-token-file " + file + " cannot be read");
        for (String wrong : List.of("", "bft_short", "x".repeat(60), "bft_" + "x".repeat(43) + " more")) {
            Files.writeString(file, wrong);
            FailureAnalysis refused = analysis(() -> new BootstrapToken(settings(Login.AUTO, file)));
            assertThat(refused.getDescription()).contains(file.toString()).contains("at least 43");
            assertThat(refused.getDescription() + refused.getAction())
                    .doesNotContain(wrong.isEmpty() ? "bft_short" : wrong);
        }
        Files.writeString(file, "bft_" + "x".repeat(43) + "\n");
        BootstrapToken good = new BootstrapToken(settings(Login.AUTO, file));
        assertThat(good.caller(new Secret("bft_" + "x".repeat(43)))).isPresent();
        assertThat(good.caller(new Secret("bft_" + "y".repeat(43)))).isEmpty();
    }

    /** The whole service, which must be refused before it listens. */
    @Test
    void aServiceThatNobodyCouldLogInToDoesNotListen() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        TestDatabase database = TestDatabase.get();
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=" + port,
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password(),
                "--spring.datasource.hikari.minimum-idle=0",
                "--bitfrontier.home=" + folder.resolve("home"),
                "--bitfrontier.background=false"));
        FailureAnalysis refused = analysis(() -> {
            try {
                SpringApplication.run(BitfrontierService.class, arguments.toArray(String[]::new))
                        .close();
            } finally {
                assertThatThrownBy(() -> connect(port)).isInstanceOf(IOException.class);
            }
        });

        assertThat(refused.getDescription())
                .contains("spring.datasource.url names a database that others may use")
                .contains("nobody could");
        assertThat(refused.getAction()).contains("bootstrap-token-file").contains("bitfrontier.access.login=none");
    }

    private static void connect(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
        }
    }
}

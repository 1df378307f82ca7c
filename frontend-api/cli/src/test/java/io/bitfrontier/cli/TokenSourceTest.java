package io.bitfrontier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenSourceTest {
    @TempDir
    Path home;

    private Path file(String name, String content, String permissions) throws IOException {
        Path file = Files.writeString(home.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void theOptionComesBeforeTheVariableBeforeTheNamedFileBeforeTheUsualOne() throws IOException {
        file("token", "usual\n", "rw-------");
        Path named = file("named", "named\n", "r--------");

        TokenSource all = TokenSource.from(
                Map.of("BITFRONTIER_TOKEN", "variable", "BITFRONTIER_TOKEN_FILE", named.toString()), home);
        TokenSource files = TokenSource.from(Map.of("BITFRONTIER_TOKEN_FILE", named.toString()), home);

        assertThat(all.token("option")).isEqualTo("option");
        assertThat(all.token(null)).isEqualTo("variable");
        assertThat(files.token(null)).isEqualTo("named");
        assertThat(TokenSource.from(Map.of(), home).token(null)).isEqualTo("usual");
        assertThat(TokenSource.from(Map.of(), home.resolve("nowhere")).token(null))
                .isNull();
    }

    @Test
    void aTokenForAnotherServiceIsNotSentToTheOneOnThisMachine() {
        Map<String, String> here = Map.of("BITFRONTIER_TOKEN", "t");
        Map<String, String> elsewhere = Map.of("BITFRONTIER_TOKEN", "t", "BITFRONTIER_URL", "https://lab.example");

        assertThat(Settings.from(here, new Properties()).localToken()).isEqualTo("t");
        assertThat(Settings.from(elsewhere, new Properties()).localToken()).isNull();
    }

    @Test
    void aFileThatOthersMayReadIsRefused() throws IOException {
        Path open = file("token", "secret-of-mine", "rw-r--r--");

        assertThatThrownBy(() -> TokenSource.from(Map.of(), home).token(null))
                .isInstanceOf(WrongUsageException.class)
                .hasMessageContaining("chmod 600 " + open)
                .hasMessageNotContaining("secret-of-mine");
    }

    @Test
    void whatIsNoTokenIsNamedByItsPlaceAndNeverShown() throws IOException {
        Path twoLines = file("named", "secret-of-mine\nand more", "rw-------");

        assertThatThrownBy(() -> TokenSource.from(Map.of("BITFRONTIER_TOKEN", "secret-of-mine\u0001"), home)
                        .token(null))
                .isInstanceOf(WrongUsageException.class)
                .hasMessageStartingWith("BITFRONTIER_TOKEN holds no token")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> TokenSource.from(Map.of("BITFRONTIER_TOKEN_FILE", twoLines.toString()), home)
                        .token(null))
                .hasMessageContaining(twoLines.toString())
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> TokenSource.from(
                                Map.of(
                                        "BITFRONTIER_TOKEN_FILE",
                                        home.resolve("gone").toString()),
                                home)
                        .token(null))
                .hasMessageContaining("cannot be read");
        assertThat(TokenSource.from(Map.of("BITFRONTIER_TOKEN", "secret"), home))
                .asString()
                .doesNotContain("secret");
    }
}

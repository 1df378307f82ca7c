package io.bitfrontier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class SettingsTest {
    @Test
    void withoutAnyVariableTheServiceIsOnThisMachineAndItsHomeIsTheUsers() {
        Properties properties = new Properties();
        properties.setProperty("user.home", "/home/ada");

        Settings settings = Settings.from(Map.of(), properties);

        assertThat(settings.url()).isEqualTo(URI.create("http://127.0.0.1:8080"));
        assertThat(settings.home()).isEqualTo(Path.of("/home/ada/.bitfrontier"));
        assertThat(settings.terminal()).isFalse();
        assertThat(settings.columns()).isEqualTo(80);
    }

    @Test
    void thePortMovesTheAddressAndAnAddressBeatsIt() {
        assertThat(Settings.from(Map.of("SERVER_PORT", "9000"), new Properties())
                        .url())
                .isEqualTo(URI.create("http://127.0.0.1:9000"));
        assertThat(Settings.from(
                                Map.of("SERVER_PORT", "9000", "BITFRONTIER_URL", "https://lab.example/bits"),
                                new Properties())
                        .url())
                .isEqualTo(URI.create("https://lab.example/bits"));
    }

    @Test
    void aVariableThatCannotBeMeantIsNamedWithItsValueAndItsBounds() {
        assertThatThrownBy(() -> Settings.from(Map.of("SERVER_PORT", "70000"), new Properties()))
                .isInstanceOf(WrongUsageException.class)
                .hasMessage("SERVER_PORT is '70000', a whole number from 1 to 65535 is needed");
        assertThatThrownBy(() -> Settings.from(Map.of("BITFRONTIER_URL", "lab"), new Properties()))
                .isInstanceOf(WrongUsageException.class)
                .hasMessageContaining("BITFRONTIER_URL is 'lab'");
    }
}

package io.bitfrontier.service.config;

import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * What every feature shares.
 *
 * @param home directory of the embedded database, artifacts, logs and caches; one running service per home
 */
@Validated
@ConfigurationProperties("bitfrontier")
public record BitfrontierSettings(@NotNull Path home) {
    public BitfrontierSettings {
        home = home.toAbsolutePath().normalize();
    }

    /** Where attempts write their checkpoints. */
    public Path artifacts() {
        return home.resolve("artifacts");
    }

    /** Output of worker processes and of the embedded database. */
    public Path logs() {
        return home.resolve("logs");
    }
}

package io.bitfrontier.service.config;

import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * What every feature shares.
 *
 * @param home directory of the embedded database, logs and caches; one running service per home
 * @param artifacts where attempts write their checkpoints: {@code home/artifacts} by default, a directory that all replicas and
 *     workers see where there are several
 */
@Validated
@ConfigurationProperties("bitfrontier")
public record BitfrontierSettings(
        @NotNull Path home, @Nullable Path artifacts) {
    public BitfrontierSettings {
        home = home.toAbsolutePath().normalize();
        artifacts = artifacts == null
                ? home.resolve("artifacts")
                : artifacts.toAbsolutePath().normalize();
    }

    /** Output of worker processes and of the embedded database. */
    public Path logs() {
        return home.resolve("logs");
    }
}

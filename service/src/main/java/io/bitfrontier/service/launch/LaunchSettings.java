package io.bitfrontier.service.launch;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How workers are kept.
 *
 * @param reconcileEvery time between two comparisons of rows and processes; events bring one forward
 * @param missedRounds rounds in a row that must find a lease passed before its run is given to another worker
 * @param stopGrace how long workers may take to checkpoint when the service stops
 * @param serviceUrl where workers reach the service; default: the address and port it listens on
 */
@Validated
@ConfigurationProperties("bitfrontier.launch")
record LaunchSettings(
        @DefaultValue("2s") @DurationMin(millis = 50) @DurationMax(minutes = 10)
        Duration reconcileEvery,

        @DefaultValue("3") @Min(1) @Max(100) int missedRounds,

        @DefaultValue("20s") @DurationMin(seconds = 0) @DurationMax(seconds = 25)
        Duration stopGrace,

        @Nullable URI serviceUrl) {}

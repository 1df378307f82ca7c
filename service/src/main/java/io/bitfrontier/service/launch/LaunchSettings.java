package io.bitfrontier.service.launch;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
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
 * @param kind where they run: {@code local} for processes of this machine, {@code kubernetes} for Jobs
 * @param reconcileEvery time between two comparisons of rows and processes; events bring one forward
 * @param missedRounds rounds in a row that must find a lease passed before its run is given to another worker
 * @param stopGrace how long workers may take to checkpoint when the service stops
 * @param serviceUrl where workers reach the service; default: the address and port it listens on
 */
@Validated
@ConfigurationProperties("bitfrontier.launch")
record LaunchSettings(
        @DefaultValue("local") @Pattern(regexp = "local|kubernetes", message = "must be local or kubernetes")
        String kind,

        @DefaultValue("2s") @DurationMin(millis = 50) @DurationMax(minutes = 10)
        Duration reconcileEvery,

        @DefaultValue("3") @Min(1) @Max(100) int missedRounds,

        @DefaultValue("20s") @DurationMin(seconds = 0) @DurationMax(seconds = 25)
        Duration stopGrace,

        @Nullable URI serviceUrl) {}

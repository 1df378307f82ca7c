package io.bitfrontier.service.run;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How attempts are kept alive.
 *
 * @param lease how long an attempt may go on without a successful heartbeat
 * @param checkpointEvery time between checkpoints on the way
 * @param attemptLimit how long one attempt may take; then it has timed out
 * @param evictAfter how long a state is stored at least, though nobody needs it
 * @param keepCancelled how long checkpoints of a cancelled run wait for it to be planned again
 * @param ageing waiting time without a worker that raises a sweep in the queue by one step of priority
 */
@Validated
@ConfigurationProperties("bitfrontier.run")
public record RunSettings(
        @DefaultValue("60s") @DurationMin(seconds = 1) @DurationMax(hours = 24)
        Duration lease,

        @DefaultValue("30s") @DurationMin(seconds = 1) @DurationMax(hours = 24)
        Duration checkpointEvery,

        @DefaultValue("7d") @DurationMin(seconds = 1) @DurationMax(days = 365)
        Duration attemptLimit,

        @DefaultValue("10m") @DurationMin(seconds = 0) @DurationMax(days = 365)
        Duration evictAfter,

        @DefaultValue("7d") @DurationMin(seconds = 0) @DurationMax(days = 365)
        Duration keepCancelled,

        @DefaultValue("1m") @DurationMin(seconds = 1) @DurationMax(hours = 24)
        Duration ageing) {}

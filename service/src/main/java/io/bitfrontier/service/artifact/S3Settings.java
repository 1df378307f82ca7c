package io.bitfrontier.service.artifact;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * An S3 bucket as the artifact store; in force with {@code bitfrontier.artifact-store=s3}. Credentials come from where the AWS
 * SDK looks for them (environment, web identity, instance profile), never from these settings, and never reach a worker.
 *
 * @param bucket that exists
 * @param prefix of every key, without slashes at its ends; empty for none
 * @param region of the bucket
 * @param endpoint of another object store that speaks S3; default: AWS
 * @param workerEndpoint the same store as workers reach it, where that differs; URLs are signed for it
 * @param pathStyle whether the bucket is named in the path instead of the host
 * @param urlLifetime how long a signed URL is good
 * @param callTimeout how long the service waits for a call to the store, repetitions included; half of it for each try
 * @param partSize a larger file is uploaded in parts of this size; S3 takes at most 10 000 of 5 MiB to 5 GiB
 */
@Validated
@ConfigurationProperties("bitfrontier.s3")
@ConditionalOnProperty(name = "bitfrontier.artifact-store", havingValue = "s3")
record S3Settings(
        @NotBlank @Pattern(regexp = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
        String bucket,

        @DefaultValue("") @NotNull @Pattern(regexp = "|[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
        String prefix,

        @DefaultValue("us-east-1") @NotBlank String region,
        @Nullable URI endpoint,
        @Nullable URI workerEndpoint,
        @DefaultValue("false") boolean pathStyle,

        @DefaultValue("15m") @DurationMin(minutes = 1) @DurationMax(hours = 12)
        Duration urlLifetime,

        @DefaultValue("2m") @DurationMin(seconds = 2) @DurationMax(hours = 1)
        Duration callTimeout,

        @DefaultValue("512MB") @NotNull DataSize partSize) {
    private static final DataSize LEAST_PART = DataSize.ofMegabytes(5);
    private static final DataSize MOST_PART = DataSize.ofGigabytes(5);

    S3Settings {
        if (partSize.compareTo(LEAST_PART) < 0 || partSize.compareTo(MOST_PART) > 0) {
            throw new IllegalArgumentException(
                    "bitfrontier.s3.part-size is " + partSize.toMegabytes() + " MB, it must be from 5 MB to 5 GB");
        }
    }
}

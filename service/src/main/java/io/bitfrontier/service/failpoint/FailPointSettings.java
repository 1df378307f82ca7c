package io.bitfrontier.service.failpoint;

import jakarta.validation.constraints.NotNull;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * For tests.
 *
 * @param failPoint where to end the service, once each per home; a name that is no {@link FailPoint} is refused at start
 */
@Validated
@ConfigurationProperties("bitfrontier")
record FailPointSettings(@DefaultValue @NotNull Set<FailPoint> failPoint) {}

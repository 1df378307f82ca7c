package io.bitfrontier.service.failpoint;

import io.bitfrontier.service.config.BitfrontierSettings;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Nothing, unless a test asks for it. */
@Configuration(proxyBeanMethods = false)
class FailPointConfiguration {
    @Bean
    FailPoints failPoints(FailPointSettings settings, BitfrontierSettings home) {
        if (settings.failPoint().isEmpty()) {
            return FailPoints.NONE;
        }
        LoggerFactory.getLogger(FailPoints.class)
                .warn("this service ends itself at {}: that is for tests alone", settings.failPoint());
        return new Halt(settings.failPoint(), home.home().resolve("fail-points"));
    }
}

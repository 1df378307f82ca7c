package io.bitfrontier.service.failpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.config.BitfrontierSettings;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class FailPointSettingsTest {
    @EnableConfigurationProperties({FailPointSettings.class, BitfrontierSettings.class})
    static class Settings {}

    @TempDir
    private Path home;

    private ApplicationContextRunner service() {
        return new ApplicationContextRunner()
                .withUserConfiguration(Settings.class, FailPointConfiguration.class)
                .withPropertyValues("bitfrontier.home=" + home);
    }

    @Test
    void withoutTheSettingNothingHappensAnywhere() {
        service().run(context -> assertThat(context.getBean(FailPoints.class)).isSameAs(FailPoints.NONE));
    }

    @Test
    void severalPointsMayBeNamed() {
        service()
                .withPropertyValues("bitfrontier.fail-point=WORKER_ENDED,claim-stored")
                .run(context -> assertThat(
                                context.getBean(FailPointSettings.class).failPoint())
                        .containsExactlyInAnyOrder(FailPoint.WORKER_ENDED, FailPoint.CLAIM_STORED));
    }

    @Test
    void anUnknownNameIsRefusedAtStart() {
        service().withPropertyValues("bitfrontier.fail-point=NOWHERE").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("NOWHERE")
                .hasMessageContaining("FailPoint"));
    }

    @Test
    void eachPointIsMarkedOnce() {
        Halt halt = new Halt(Set.of(FailPoint.WORKER_ENDED), home.resolve("marks"));
        assertThat(halt.mark(FailPoint.WORKER_ENDED)).isTrue();
        assertThat(halt.mark(FailPoint.WORKER_ENDED)).isFalse();
        halt.pass(FailPoint.WORKER_ENDED);
        halt.pass(FailPoint.CLAIM_STORED);
    }
}

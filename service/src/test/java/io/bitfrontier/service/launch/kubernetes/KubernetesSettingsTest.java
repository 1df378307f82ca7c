package io.bitfrontier.service.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.validation.FieldError;

class KubernetesSettingsTest {
    private static final String PREFIX = "bitfrontier.launch.kubernetes.";

    @Configuration
    @ConfigurationPropertiesScan(basePackageClasses = KubernetesSettings.class)
    static class Reads {}

    private final ApplicationContextRunner service = new ApplicationContextRunner().withUserConfiguration(Reads.class);

    @Test
    void theLeastThatMustBeSetGivesWorkingDefaults() {
        with(Samples.properties()).run(context -> {
            KubernetesSettings settings = context.getBean(KubernetesSettings.class);

            assertThat(settings.name()).isEqualTo("bitfrontier");
            assertThat(settings.arguments()).containsExactly("work");
            assertThat(settings.command()).isEmpty();
            WorkerClass small = Objects.requireNonNull(settings.classes().get("small"));
            assertThat(small.capacity()).isEqualTo(200);
            assertThat(small.gpuResource()).isEqualTo("nvidia.com/gpu");
            assertThat(small.grace()).isEqualTo(Duration.ofSeconds(30));
            assertThat(small.ttl()).isEqualTo(Duration.ofDays(1));
            assertThat(small.deadline()).isNull();
            assertThat(small.tolerations()).isEmpty();
        });
    }

    @Test
    void nothingOfItIsReadWhereWorkersAreLocal() {
        service.withPropertyValues("bitfrontier.launch.kind=local")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(KubernetesSettings.class));
    }

    @Test
    void everyViolationIsNamedAtOnceWithItsBound() {
        with(Samples.properties(
                        "namespace", "Training!",
                        "image", " ",
                        "user", "0",
                        "artifacts-claim", "-x",
                        "volumes[0].claim", "corpora",
                        "volumes[0].path", "corpora",
                        "classes.small.capacity", "-1",
                        "classes.small.cpu", "many",
                        "classes.small.memory", "16 GB",
                        "classes.small.gpu-resource", "gpu",
                        "classes.small.grace", "0s",
                        "classes.small.tolerations[0].operator", "Maybe"))
                .run(context -> {
                    BindValidationException failure = findIn(context.getStartupFailure());

                    assertThat(failure.getValidationErrors().getAllErrors())
                            .extracting(error -> ((FieldError) error).getField())
                            .containsExactlyInAnyOrder(
                                    "namespace",
                                    "image",
                                    "user",
                                    "artifactsClaim",
                                    "volumes[0].path",
                                    "classes[small].capacity",
                                    "classes[small].cpu",
                                    "classes[small].memory",
                                    "classes[small].gpuResource",
                                    "classes[small].grace",
                                    "classes[small].tolerations[0].operator");
                    assertThat(failure.getValidationErrors().getAllErrors())
                            .extracting(error -> error.getDefaultMessage())
                            .contains("must be cores: 4, 0.5 or 500m", "must be Exists or Equal");
                });
    }

    @Test
    void aServiceWithoutAClassSaysSo() {
        Map<String, String> properties = Samples.properties();
        properties.remove("classes.small.cpu");

        with(properties).run(context -> assertThat(findIn(context.getStartupFailure())
                        .getValidationErrors()
                        .getAllErrors())
                .extracting(error -> error.getDefaultMessage())
                .containsExactly("must name at least one resource class"));
    }

    @Test
    void aDefaultClassMustBeOneOfTheClasses() {
        with(Samples.properties("classes.large.gpus", "8", "default-class", "large"))
                .run(context -> assertThat(
                                context.getBean(KubernetesSettings.class).defaultClass())
                        .isEqualTo("large"));
        with(Samples.properties("classes.large.gpus", "8", "default-class", "smal", "image", " "))
                .run(context -> {
                    BindValidationException failure = findIn(context.getStartupFailure());

                    assertThat(failure.getValidationErrors().getAllErrors())
                            .extracting(error -> ((FieldError) error).getField())
                            .containsExactlyInAnyOrder("defaultClass", "image");
                    assertThat(failure.getValidationErrors().getAllErrors())
                            .map(FieldError.class::cast)
                            .filteredOn(error -> error.getField().equals("defaultClass"))
                            .singleElement()
                            .satisfies(error -> {
                                assertThat(error.getRejectedValue()).isEqualTo("smal");
                                assertThat(error.getDefaultMessage())
                                        .startsWith("must be one of the classes: ")
                                        .contains("small", "large");
                            });
                });
    }

    private ApplicationContextRunner with(Map<String, String> properties) {
        return service.withPropertyValues("bitfrontier.launch.kind=kubernetes")
                .withPropertyValues(properties.entrySet().stream()
                        .map(entry -> PREFIX + entry.getKey() + "=" + entry.getValue())
                        .toArray(String[]::new));
    }

    private static BindValidationException findIn(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindValidationException found) {
                return found;
            }
        }
        throw new AssertionError("no violation was reported", failure);
    }
}

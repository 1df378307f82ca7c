package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the chart tells the service about its workers. */
class WorkersTest {
    private static final Rendered PLAIN = Chart.withDefaults();

    private static JsonNode workers(Rendered rendered) {
        return rendered.settings().at("/bitfrontier/launch/kubernetes");
    }

    @Test
    void thereIsOneClassByDefault() {
        assertThat(workers(PLAIN).get("classes").propertyNames()).containsExactly("cpu");
    }

    @Test
    void aClassOfOnesOwnTakesThePlaceOfTheExample() {
        JsonNode classes = workers(Chart.with("""
                workers:
                  classes:
                    cpu: null
                    a100-40g:
                      gpus: 1
                      gpuResource: nvidia.com/mig-3g.20gb
                      runsPerWorker: 1
                      nodeSelector: {nvidia.com/gpu.product: A100}
                      tolerations: [{key: nvidia.com/gpu, effect: NoSchedule}]
                      environment: {NCCL_DEBUG: INFO}
                      deadline: 12h
                """)).get("classes");

        assertThat(classes.propertyNames()).containsExactly("a100-40g");
        JsonNode own = classes.get("a100-40g");
        assertThat(own.get("gpu-resource").stringValue()).isEqualTo("nvidia.com/mig-3g.20gb");
        assertThat(own.get("runs-per-worker").asInt()).isEqualTo(1);
        assertThat(own.get("node-selector").get("[nvidia.com/gpu.product]").stringValue())
                .isEqualTo("A100");
        assertThat(own.at("/tolerations/0/key").stringValue()).isEqualTo("nvidia.com/gpu");
        assertThat(own.get("environment").get("[NCCL_DEBUG]").stringValue()).isEqualTo("INFO");
        assertThat(own.has("cpu")).isFalse();
    }

    @Test
    void theDefaultClassIsNotSetByDefaultAndSetIfGiven() {
        assertThat(workers(PLAIN).has("default-class")).isFalse();
        assertThat(workers(Chart.with("workers: {defaultClass: small, classes: {small: {}, large: {gpus: 8}}}"))
                        .get("default-class")
                        .stringValue())
                .isEqualTo("small");
    }

    @Test
    void aDefaultClassThatIsNoneOfTheClassesIsRefused() {
        assertThat(Chart.refusalOf("workers: {defaultClass: smal, classes: {small: {}}}"))
                .contains("workers.defaultClass is 'smal', it must be one of workers.classes: cpu, small");
    }

    @Test
    void theDocumentedInstallationTrainsTheDemoOnItsSmallClass() {
        String guide = Chart.text(Path.of("../docs/how-to/install-on-a-cluster.md"));
        int begin = guide.indexOf("```yaml\n# values.yaml") + "```yaml\n".length();

        JsonNode workers = workers(Chart.withNothingBut(guide.substring(begin, guide.indexOf("```", begin))));

        assertThat(workers.get("default-class").stringValue()).isEqualTo("small");
        assertThat(workers.get("classes").propertyNames()).containsExactlyInAnyOrder("small", "large");
    }

    @Test
    void theImageFollowsTheChartUnlessGiven() {
        assertThat(workers(PLAIN).get("image").stringValue()).isEqualTo("bitfrontier/worker:0.1.0-SNAPSHOT");
        assertThat(workers(Chart.with("workers: {image: {repository: r.example.org/w, tag: v2}}"))
                        .get("image")
                        .stringValue())
                .isEqualTo("r.example.org/w:v2");
    }

    @Test
    void pullSecretsAreNotSetByDefaultAndSetIfGiven() {
        assertThat(workers(PLAIN).has("image-pull-secrets")).isFalse();
        assertThat(workers(Chart.with("imagePullSecrets: [{name: registry}]"))
                        .at("/image-pull-secrets/0")
                        .stringValue())
                .isEqualTo("registry");
    }

    @Test
    void environmentIsNotSetByDefaultAndSetIfGiven() {
        assertThat(workers(PLAIN).has("environment")).isFalse();
        assertThat(workers(Chart.with("workers: {environment: {A_B: c}}"))
                        .get("environment")
                        .get("[A_B]")
                        .stringValue())
                .isEqualTo("c");
    }

    @Test
    void dataSetsAreNotMountedByDefault() {
        assertThat(workers(PLAIN).has("volumes")).isFalse();
        assertThat(PLAIN.settings().at("/bitfrontier/datasets/roots")).hasSize(1);
    }
}

package io.bitfrontier.service.launch.kubernetes;

import static io.bitfrontier.service.launch.kubernetes.Samples.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.failpoint.FailPoints;
import io.bitfrontier.service.launch.Launcher.ResourceClass;
import io.kubernetes.client.util.ClientBuilder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a launcher says of its resource classes without asking any cluster. */
class KubernetesClassesTest {
    private static final String NO_CLUSTER = "http://127.0.0.1:1";

    @TempDir
    Path artifacts;

    private KubernetesLauncher launcher(KubernetesSettings settings) {
        Cluster cluster =
                new Cluster(new ClientBuilder().setBasePath(NO_CLUSTER).build(), settings);
        return new KubernetesLauncher(settings, artifacts, cluster, FailPoints.NONE, System::nanoTime);
    }

    @Test
    void theClassesAreThoseOfTheSettings() {
        KubernetesSettings settings =
                settings("classes.gpu.gpus", "2", "classes.gpu.capacity", "16", "classes.gpu.runs-per-worker", "1");

        assertThat(launcher(settings).classes())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "small", new ResourceClass("small", 200, 0, 0),
                        "gpu", new ResourceClass("gpu", 16, 1, 2)));
    }

    @Test
    void theClassOfSweepsThatNameNoneIsTheSettingsIfGiven() {
        assertThat(launcher(settings()).defaultClass()).isEmpty();
        assertThat(launcher(settings("classes.large.gpus", "8", "default-class", "small"))
                        .defaultClass())
                .contains("small");
    }
}

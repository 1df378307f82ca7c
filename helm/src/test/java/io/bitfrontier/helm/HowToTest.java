package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the guides tell people to type goes with the chart. */
class HowToTest {
    private static final Path GUIDES = Path.of("../docs/how-to");
    private static final String INSTALL = Chart.text(GUIDES.resolve("install-on-a-cluster.md"));

    private static Rendered installed() {
        return Chart.withNothingBut(values(INSTALL));
    }

    private static String values(String guide) {
        int begin = guide.indexOf("```yaml\n# values.yaml\n") + "```yaml\n".length();
        return guide.substring(begin, guide.indexOf("```", begin));
    }

    private static List<String> found(String regex, String text) {
        return Pattern.compile(regex)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    @Test
    void theValuesOfTheGuidesAreTaken() {
        assertThat(installed().has("Deployment")).isTrue();
        assertThat(Chart.with(values(Chart.text(GUIDES.resolve("give-people-access.md"))))
                        .settings()
                        .at("/bitfrontier/access/oidc/issuer-uri")
                        .stringValue())
                .startsWith("https://");
    }

    /** PostgreSQL's driver refuses to connect when it shall verify a certificate and finds no file with the authority's. */
    @Test
    void theDatabasesAuthorityIsReadFromWhereTheInstallGuideMountsIt() {
        List<String> urls = found("url='(jdbc:[^']+)'", INSTALL);
        List<String> mounts = installed()
                .container()
                .get("volumeMounts")
                .valueStream()
                .map((JsonNode mount) -> mount.get("mountPath").stringValue())
                .toList();

        assertThat(urls).isNotEmpty().allSatisfy(url -> {
            assertThat(url).contains("sslmode=verify-full");
            assertThat(found("[?&]sslrootcert=([^&]+)", url)).singleElement().satisfies(file -> assertThat(mounts)
                    .anyMatch(mount -> file.startsWith(mount + "/")));
        });
    }

    @Test
    void whatTheGuidesAskForThroughTheIngressIsLetThrough() throws IOException {
        List<String> paths = Chart.yaml(Chart.FOLDER.resolve("values.yaml"))
                .at("/ingress/paths")
                .valueStream()
                .map(JsonNode::stringValue)
                .toList();

        try (Stream<Path> guides = Files.list(GUIDES)) {
            assertThat(guides.flatMap(guide -> keptAway(Chart.text(guide), paths).stream()))
                    .isEmpty();
        }
    }

    @Test
    void whatTheIngressKeepsAwayIsNoticed() {
        assertThat(keptAway("curl $BITFRONTIER_URL/actuator/health ${BITFRONTIER_URL}/api/v1/runs", List.of("/api")))
                .containsExactly("/actuator/health");
    }

    private static List<String> keptAway(String guide, List<String> paths) {
        return found("\\$\\{?BITFRONTIER_URL}?(/[a-z0-9/]*)", guide).stream()
                .filter(path -> paths.stream().noneMatch(path::startsWith))
                .toList();
    }
}

package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ChartLintTest {
    @Test
    void helmFindsNothingToComplainAbout() {
        LintResult result = new Helm(Chart.FOLDER).lint().strict().call();

        assertThat(result.isFailed())
                .as(String.join("\n", result.getMessages()))
                .isFalse();
        assertThat(result.getMessages()).noneMatch(message -> message.contains("[WARNING]"));
    }

    @Test
    void theChartInstallsTheVersionThatIsBuilt() {
        JsonNode chart = Chart.yaml(Chart.FOLDER.resolve("Chart.yaml"));
        String pom = Chart.text(Path.of("pom.xml"));

        assertThat(pom).contains("<version>" + chart.get("appVersion").stringValue() + "</version>");
    }

    @Test
    void withoutADatabaseNothingIsRendered() {
        assertThat(Chart.refusalOf("database: {existingSecret: ''}")).contains("database.existingSecret");
    }
}

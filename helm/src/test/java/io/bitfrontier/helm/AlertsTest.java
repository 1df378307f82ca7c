package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The alerts, and that the operating guide has a section for each. The service's own tests know whether the metrics exist. */
class AlertsTest {
    private static final String ENABLED = "metrics: {prometheusRule: {enabled: true%s}}";

    private static List<JsonNode> alerts(String more) {
        return Chart.with(ENABLED.formatted(more))
                .the("PrometheusRule")
                .at("/spec/groups/0/rules")
                .valueStream()
                .toList();
    }

    private static List<String> names(List<JsonNode> alerts) {
        return alerts.stream().map(alert -> alert.get("alert").stringValue()).toList();
    }

    @Test
    void everyAlertHasItsSectionAndEverySectionItsAlert() {
        String guide = Chart.text(Path.of("../docs/how-to/operate.md"));
        List<String> sections = Pattern.compile("^### (Bitfrontier\\w+)$", Pattern.MULTILINE)
                .matcher(guide)
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(names(alerts(""))).isNotEmpty().doesNotHaveDuplicates().containsExactlyElementsOf(sections);
    }

    @Test
    void everyAlertAsksForThisInstallationAndSaysWhatItIs() {
        assertThat(alerts("")).allSatisfy(alert -> {
            String expression = alert.get("expr").stringValue();
            assertThat(expression).contains("namespace=\"research\"").doesNotContain("SERVICE", "NAMESPACE", "CLAIM");
            assertThat(expression).containsAnyOf("job=\"lab-bitfrontier\"", "\"lab-bitfrontier-artifacts\"");
            assertThat(alert.at("/labels/severity").stringValue()).isIn("warning", "critical");
            assertThat(alert.at("/annotations/summary").stringValue()).endsWith(".");
            assertThat(alert.at("/annotations/description").stringValue()).endsWith(".");
            assertThat(alert.get("annotations").has("runbook_url")).isFalse();
        });
    }

    @Test
    void anAlertCanBeLeftOut() {
        assertThat(names(alerts(", disabled: [BitfrontierRunsFail]")))
                .contains("BitfrontierDown")
                .doesNotContain("BitfrontierRunsFail")
                .hasSize(alerts("").size() - 1);
    }

    @Test
    void alertsLinkToTheGuideIfItsAddressIsGiven() {
        assertThat(alerts(", runbook: 'https://docs.example.org/operate'")
                        .get(0)
                        .at("/annotations/runbook_url")
                        .stringValue())
                .isEqualTo("https://docs.example.org/operate#bitfrontierdown");
    }

    @Test
    void prometheusKeepsItsOwnPlaceholders() {
        assertThat(alerts("").get(1).at("/annotations/summary").stringValue()).contains("{{ $labels.pod }}");
    }
}

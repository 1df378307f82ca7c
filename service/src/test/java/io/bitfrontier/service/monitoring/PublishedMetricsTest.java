package io.bitfrontier.service.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import io.bitfrontier.service.testing.ServiceTest;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.MockMvc;

/** The chart's alerts and dashboard ask for metrics, and for values of their labels, that this service publishes. */
@ServiceTest
class PublishedMetricsTest {
    private static final Path CHART = Path.of("../helm/bitfrontier/files");
    private static final Pattern ASKED_FOR = Pattern.compile("\\b([a-z][a-z0-9_]+)\\{");
    private static final Pattern SELECTOR = Pattern.compile("\\b([a-z][a-z0-9_]+)\\{([^}]*)}");
    /** Quotes are escaped in the dashboard. */
    private static final Pattern LABEL = Pattern.compile("(\\w+)(?:=~|!~|!=|=)\\\\?\"([^\"\\\\]*)");
    /** Of Prometheus, and what only calls of that kind bring about. */
    private static final Set<String> OPEN_LABELS = Set.of("namespace", "job", "persistentvolumeclaim", "status");
    /** Prometheus' own, and the kubelet's. */
    private static final Set<String> OF_OTHERS =
            Set.of("up", "kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes");

    private final MockMvc http;
    private final MeterRegistry meters;

    @Autowired
    PublishedMetricsTest(MockMvc http, MeterRegistry meters) {
        this.http = http;
        this.meters = meters;
    }

    @ParameterizedTest
    @ValueSource(strings = {"alerts.yaml", "dashboard.json"})
    void everyMetricAskedForIsPublished(String file) throws Exception {
        http.perform(get("/api/v1/catalog")); // requests are measured once there was one
        Set<String> asked = askedFor(Files.readString(CHART.resolve(file)));
        asked.removeAll(OF_OTHERS);

        assertThat(asked).hasSizeGreaterThan(5);
        assertThat(published()).containsAll(asked);
    }

    @Test
    void aMetricThatIsNotPublishedIsNoticed() {
        assertThat(askedFor("sum(rate(bitfrontier_wishes_total{a=\"b\"}[5m]))"))
                .containsExactly("bitfrontier_wishes_total")
                .doesNotContainAnyElementsOf(published());
    }

    @ParameterizedTest
    @ValueSource(strings = {"alerts.yaml", "dashboard.json"})
    void everyValueOfALabelAskedForIsPublished(String file) throws Exception {
        assertThat(chosen(Files.readString(CHART.resolve(file)))).isNotEmpty().isSubsetOf(chosen(scrape()));
    }

    @Test
    void aValueThatIsMisspelledIsNoticed() {
        String inTheDashboard = "bitfrontier_runs{job=\\\"x\\\", state!=\\\"REDY\\\"}";
        String inAnAlert = "bitfrontier_workers{state=~\"ACTIVE|LOOST\"}";

        assertThat(chosen(inTheDashboard + inAnAlert))
                .containsExactlyInAnyOrder(
                        new Choice("bitfrontier_runs", "state", "REDY"),
                        new Choice("bitfrontier_workers", "state", "ACTIVE"),
                        new Choice("bitfrontier_workers", "state", "LOOST"))
                .filteredOn(choice -> !chosen(scrape()).contains(choice))
                .extracting(Choice::value)
                .containsExactlyInAnyOrder("REDY", "LOOST");
    }

    private record Choice(String metric, String label, String value) {}

    /** The values of labels by which metrics are chosen, or which they have. */
    private static Set<Choice> chosen(String expressions) {
        return SELECTOR.matcher(expressions)
                .results()
                .flatMap(selector -> LABEL.matcher(selector.group(2))
                        .results()
                        .filter(label -> !OPEN_LABELS.contains(label.group(1)))
                        .flatMap(label -> Stream.of(label.group(2).split("\\|"))
                                .map(value -> new Choice(selector.group(1), label.group(1), value))))
                .collect(Collectors.toSet());
    }

    private static Set<String> askedFor(String expressions) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = ASKED_FOR.matcher(expressions);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /** The names of all that is measured now, as Prometheus would read them. */
    private Set<String> published() {
        Set<String> names = new TreeSet<>();
        scrape().lines().filter(line -> !line.startsWith("#")).forEach(line -> names.add(line.split("[{ ]", 2)[0]));
        return names;
    }

    private String scrape() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        meters.forEachMeter(meter -> copy(meter.getId(), prometheus));
        return prometheus.scrape();
    }

    private static void copy(Meter.Id id, MeterRegistry into) {
        switch (id.getType()) {
            case COUNTER -> into.counter(id.getName(), id.getTags());
            case TIMER -> into.timer(id.getName(), id.getTags());
            case DISTRIBUTION_SUMMARY -> into.summary(id.getName(), id.getTags());
            case GAUGE ->
                Gauge.builder(id.getName(), () -> 1)
                        .tags(id.getTags())
                        .baseUnit(id.getBaseUnit())
                        .register(into);
            case LONG_TASK_TIMER, OTHER -> {}
        }
    }
}

package io.bitfrontier.helm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The chart's README shows what values.yaml says. {@code -Dchart.readme=write} writes the table anew. */
class ValuesDocumentTest {
    private static final Path README = Chart.FOLDER.resolve("README.md");
    private static final String BEGIN = "<!-- values -->\n";
    private static final String END = "<!-- /values -->";

    @Test
    void everyValueIsDescribed() {
        assertThat(rows())
                .isNotEmpty()
                .allSatisfy(
                        row -> assertThat(row.text()).as(row.key()).isNotNull().endsWith("."));
    }

    @Test
    void aValueWithoutACommentIsNoticed() {
        List<ValuesTable.Row> rows = ValuesTable.rows("""
                # -- Said.
                one: 1
                group:
                  two: {}
                """);

        assertThat(rows)
                .containsExactly(
                        new ValuesTable.Row("one", "Said.", "`1`"), new ValuesTable.Row("group.two", null, "`{}`"));
    }

    @Test
    void theReadmeHoldsTheTable() throws IOException {
        String readme = Chart.text(README);
        int begin = readme.indexOf(BEGIN) + BEGIN.length();
        int end = readme.indexOf(END);
        String table = ValuesTable.markdown(rows());
        if ("write".equals(System.getProperty("chart.readme"))) {
            Files.writeString(README, readme.substring(0, begin) + table + readme.substring(end));
            return;
        }

        assertThat(readme.substring(begin, end)).isEqualTo(table);
    }

    private static List<ValuesTable.Row> rows() {
        return ValuesTable.rows(Chart.text(Chart.FOLDER.resolve("values.yaml")));
    }
}

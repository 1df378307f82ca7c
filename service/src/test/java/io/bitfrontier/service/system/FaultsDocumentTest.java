package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The documented tables, which {@code docs/demo/faults.sh} writes, show every fault there is, and that it held each time. */
class FaultsDocumentTest {
    private static final int TIMES = 20;

    private record Row(String name, String description) {}

    private static List<Row> faults() {
        return Arrays.stream(Fault.values())
                .map(fault -> new Row(fault.name(), fault.description()))
                .toList();
    }

    private static List<Row> faultsOfClusters() {
        return Arrays.stream(ClusterFault.values())
                .map(fault -> new Row(fault.name(), fault.description()))
                .toList();
    }

    private static String table(String name) throws IOException {
        String document = Files.readString(Path.of("../docs/reference/faults.md"));
        int begin = document.indexOf("<!-- " + name + " -->");
        int end = document.indexOf("<!-- /" + name + " -->");
        assertThat(begin).as("where the table %s begins", name).isBetween(0, end);
        return document.substring(begin, end);
    }

    private static void assertHolds(String table, List<Row> rows) {
        for (Row row : rows) {
            assertThat(table)
                    .contains(
                            "\n| `" + row.name() + "` | " + row.description() + " | " + TIMES + " | " + TIMES + " | ");
        }
        assertThat(table.lines().filter(line -> line.startsWith("| `"))).hasSize(rows.size());
        assertThat(table).contains("PostgreSQL was away for 30 seconds.");
    }

    @Test
    void everyFaultIsInTheTableAndHeldEachTime() throws IOException {
        assertHolds(table("faults"), faults());
    }

    @Test
    void onKubernetesEveryFaultOfBothKindsIsInTheTableAndHeldEachTime() throws IOException {
        List<Row> both = new ArrayList<>(faults());
        both.addAll(faultsOfClusters());
        assertHolds(table("faults-on-kubernetes"), both);
    }
}

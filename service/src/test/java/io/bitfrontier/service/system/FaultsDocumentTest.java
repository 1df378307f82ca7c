package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The documented table, which the faults suite writes, shows every fault there is, and that everything held. */
class FaultsDocumentTest {
    @Test
    void everyFaultIsInTheTableAndHeldEachTime() throws IOException {
        String document = Files.readString(Path.of("../docs/reference/faults.md"));
        for (Fault fault : Fault.values()) {
            assertThat(document)
                    .containsPattern("\n\\| `" + fault.name() + "` \\| [^|]+ \\| (\\d+) \\| \\1 \\| ")
                    .contains("| " + fault.description() + " |");
        }
    }
}

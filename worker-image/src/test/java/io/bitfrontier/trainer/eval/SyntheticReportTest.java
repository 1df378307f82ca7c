package io.bitfrontier.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SyntheticReportTest {
    private static final Path PAGE = Path.of("..", "docs", "explanation", "synthetic-language.md");

    @Test
    void theExplanationQuotesWhatTheProgramMeasures() throws IOException {
        String page = Files.readString(PAGE);
        for (String table : SyntheticReport.tables(SyntheticReport.SEEDS).split("\n\n")) {
            assertThat(page).contains(table.strip());
        }
        assertThat(page).contains(SyntheticReport.sample(1, SyntheticReport.SAMPLE_TOKENS));
    }
}

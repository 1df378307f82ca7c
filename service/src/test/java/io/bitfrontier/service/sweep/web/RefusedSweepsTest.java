package io.bitfrontier.service.sweep.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.matchesPattern;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;

class RefusedSweepsTest extends SweepApiFixture {
    @Test
    void everyViolationIsAnsweredAtOnceAndNothingIsStored() throws Exception {
        String bad = """
                apiVersion: bitfrontier/v1
                name: bad
                grid:
                  model: [{layers: 2, dim: 24, heads: 5, ffn: 64, vocab: 128}]
                  tokens: [1000]
                  precision: [4]
                  scheme: [ptq]
                  quantizer: [seq]
                  sed: [1]
                data: {corpus: ../../etc/passwd}
                """;
        for (String path : List.of("/api/v1/plans", "/api/v1/sweeps")) {
            send(path, bad)
                    .andExpect(status().isBadRequest())
                    .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                    .andExpect(jsonPath("$.type").value("https://bitfrontier.io/problems/invalid"))
                    .andExpect(jsonPath("$.code").value("INVALID"))
                    .andExpect(jsonPath("$.detail").value("6 violations"))
                    .andExpect(jsonPath("$.violations[?(@.path == 'grid.model[0].dim')].message")
                            .value("dim is 24, which heads = 5 does not divide"))
                    .andExpect(jsonPath("$.violations[?(@.path == 'grid.tokens[0]')].message")
                            .value("is below one batch of 1024 tokens (training.batchTokens)"))
                    .andExpect(jsonPath("$.violations[?(@.path == 'grid.precision[0]')].message")
                            .value("takes part in no possible point: seq has no 4-bit grid; it serves [1.58, 2]"))
                    .andExpect(jsonPath("$.violations[?(@.path == 'grid.sed')].message")
                            .value("unknown field; did you mean 'seed'?"))
                    .andExpect(jsonPath("$.violations[?(@.path == 'data.corpus')].message")
                            .value("is neither synthetic nor a registered data set of default"));
        }
        for (String table : List.of("sweep", "trajectory", "state", "run", "grid_point")) {
            assertThat(count(table)).as(table).isZero();
        }
    }

    @Test
    void aGridWhoseEveryPointIsExcludedIsRefused() throws Exception {
        send("/api/v1/sweeps", sweep("s", GRID + "exclude: [{model: tiny-17k}]\n"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].path").value("exclude"))
                .andExpect(
                        jsonPath("$.violations[0].message")
                                .value(
                                        "leaves no point: all 6 combinations are dropped, the first because excluded by exclude[0]"));
    }

    @Test
    void aGridOfAMillionPointsIsRefusedByItsCount() throws Exception {
        String thousand = IntStream.rangeClosed(1, 1000)
                .mapToObj(i -> Integer.toString(i * 1024))
                .collect(Collectors.joining(", "));
        send(
                        "/api/v1/sweeps",
                        sweep(
                                "s",
                                "grid:\n  model: tiny-17k\n  precision: 16\n  tokens: [" + thousand + "]\n  seed: ["
                                        + thousand + "]\n"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations[0].path").value("grid"))
                .andExpect(jsonPath("$.violations[0].message").value("has 1000000 points, at most 100000 are allowed"));
    }

    @Test
    void malformedYamlIsAnsweredWithItsPlace() throws Exception {
        send("/api/v1/sweeps", "grid:\n  model: [tiny-17k\n")
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.violations.length()").value(1))
                .andExpect(jsonPath("$.violations[0].message")
                        .value(matchesPattern("is not readable at line \\d+, column \\d+: .+")));
    }

    @Test
    void aBodyOfFiftyMegabytesIsRefused() throws Exception {
        send("/api/v1/sweeps", "x".repeat(50_000_000))
                .andExpect(status().is(413))
                .andExpect(jsonPath("$.code").value("TOO_LARGE"));
    }
}

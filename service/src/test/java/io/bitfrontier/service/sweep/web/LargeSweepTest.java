package io.bitfrontier.service.sweep.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.sweep.Sweeps;
import io.bitfrontier.service.testing.ServiceTest;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@ServiceTest
class LargeSweepTest {
    @Autowired
    private Sweeps sweeps;

    @Autowired
    private JdbcClient jdbc;

    private static String numbers(int count, int factor) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> Integer.toString(i * factor))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** A handful of statements, whatever the size: a statement per row would take minutes. */
    @Test
    void twentyFiveThousandPointsAreStoredWithTheirRuns() {
        String document = """
                apiVersion: bitfrontier/v1
                name: large
                grid:
                  model: [tiny-17k, tiny-44k, tiny-168k, tiny-1M, tiny-7M]
                  tokens: %s
                  precision: [1, 1.58, 2, 3, 4]
                  scheme: [ptq, qat-from-scratch, fp-then-qat, {fp-then-qat: {qatFraction: 0.2}}, {fp-then-qat: {parent: stable}}]
                  seed: %s
                """.formatted(numbers(10, 1_024_000), numbers(20, 1));

        Sweeps.Submission submission = sweeps.submit(document);

        assertThat(submission.created()).isTrue();
        assertThat(jdbc.sql("SELECT count(*) FROM grid_point").query(Long.class).single())
                .isEqualTo(25_000);
        assertThat(jdbc.sql("SELECT count(*) FROM run").query(Long.class).single())
                .isEqualTo(jdbc.sql("SELECT (plan ->> 'runs')::bigint FROM sweep")
                        .query(Long.class)
                        .single());
    }
}

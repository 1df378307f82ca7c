package io.bitfrontier.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.scale.ManyRuns;
import io.bitfrontier.service.testing.ServiceTest;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Submissions ask for tens of thousands of rows at once. A connection that has seen a few keeps one plan for whatever array
 * comes, and such a plan looks through the array once per row where no index leads to the row.
 */
@ServiceTest
class LargeArraysTest {
    /** A condition that compares a row with every element of a parameter. What an index has found is not compared again. */
    private static final Pattern SEARCHED = Pattern.compile("Filter: .*(ANY|ALL) \\(+\\$");

    private static final Pattern PARAMETER = Pattern.compile("(?<!:):[a-z]+");

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionOperations transactions;

    @BeforeEach
    void manyRuns() {
        ManyRuns.insert(jdbc, 2_000);
    }

    @Test
    void trajectoriesAreFoundByAnIndexWhateverTheArray() {
        assertThat(planForAnyArray(StateRows.BY_FINGERPRINT))
                .contains("trajectory_fingerprint_key")
                .doesNotContainPattern(SEARCHED);
        assertThat(planForAnyArray(RunOutlook.KNOWN))
                .contains("trajectory_fingerprint_key", "(target_state_id = s.id)")
                .doesNotContainPattern(SEARCHED);
    }

    @Test
    void comparedAsTextTheyWouldNot() {
        assertThat(planForAnyArray(StateRows.BY_FINGERPRINT.replace("bpchar[]", "text[]")))
                .containsPattern(SEARCHED);
    }

    @Test
    void aSweepsStatesAndRunsAreFoundByIndexesWhateverTheArrays() {
        assertThat(planForAnyArray(StateRows.NODES))
                .contains("state_trajectory_id_tokens_key", "(target_state_id = s.id)")
                .doesNotContainPattern(SEARCHED);
        assertThat(planForAnyArray(RunRegistry.LINK_TRAIN_RUNS))
                .contains("(target_state_id = needed", "(target_state_id = kept")
                .doesNotContainPattern(SEARCHED);
    }

    @Test
    void runsOfStatesInEitherOfTwoArraysWouldNot() {
        assertThat(planForAnyArray("SELECT id FROM run WHERE kind = 'train' "
                        + "AND (target_state_id = ANY(CAST(:needed AS bigint[])) AND state = 'READY' "
                        + "OR target_state_id = ANY(CAST(:kept AS bigint[])) AND state = 'SUCCEEDED')"))
                .containsPattern(SEARCHED);
    }

    /** What PostgreSQL would keep; every parameter has its type from its place. */
    private String planForAnyArray(String sql) {
        List<String> names = PARAMETER
                .matcher(sql)
                .results()
                .map(found -> found.group())
                .distinct()
                .toList();
        String numbered = sql;
        for (int i = 0; i < names.size(); i++) {
            numbered = numbered.replaceAll(names.get(i) + "\\b", "\\$" + (i + 1));
        }
        String statement = numbered;
        String nulls = String.join(", ", names.stream().map(name -> "NULL").toList());
        List<String> lines = transactions.execute(status -> {
            jdbc.sql("SET LOCAL plan_cache_mode = force_generic_plan").update();
            jdbc.sql("PREPARE asked AS " + statement).update();
            List<String> plan = jdbc.sql("EXPLAIN EXECUTE asked (" + nulls + ")")
                    .query(String.class)
                    .list();
            jdbc.sql("DEALLOCATE asked").update();
            return plan;
        });
        return String.join("\n", lines);
    }
}

package io.bitfrontier.service.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.testing.QueryPlans;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.StoredRows;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

@ServiceTest
@ExtendWith(OutputCaptureExtension.class)
class CurveOverlapCheckTest {
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final StoredRows rows;
    private SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private CurveOverlapCheck check;
    private long run;

    @Autowired
    CurveOverlapCheckTest(JdbcClient jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.rows = new StoredRows(jdbc);
        this.check = new CurveOverlapCheck(jdbc, meters);
    }

    @BeforeEach
    void aRunWithOneAttempt() {
        meters = new SimpleMeterRegistry();
        check = new CurveOverlapCheck(jdbc, meters);
        run = rows.run(rows.sweep(), "train", "RUNNING", rows.state("tiny-17k", "16", 1000));
        rows.metrics(rows.attempt(run, 1, 0, "FENCED"), 100, 700, 100, 2.5);
    }

    @Test
    void equalBitsAreFine() {
        rows.metrics(rows.attempt(run, 2, 300, "SUCCEEDED"), 400, 1000, 100, 2.5);

        check.check();

        assertThat(mismatches()).isZero();
    }

    @Test
    void theSmallestDifferenceIsAnAlertRaisedOnce(CapturedOutput output) {
        long second = rows.attempt(run, 2, 300, "SUCCEEDED");
        rows.metrics(second, 400, 1000, 100, 2.5);
        jdbc.sql("UPDATE metric SET loss = ? WHERE attempt_id = ? AND tokens = 600")
                .params(Math.nextUp(602.5), second)
                .update();

        check.check();
        check.check();

        assertThat(mismatches()).isEqualTo(1);
        assertThat(output)
                .containsOnlyOnce(
                        "run " + run + ": attempt " + second
                                + " (number 2) repeats 1 rows of an earlier attempt with other losses, the first at 600 tokens");
    }

    @Test
    void onAnotherDeviceOtherBitsAreExpected() {
        long second = rows.attempt(run, 2, 300, "SUCCEEDED");
        rows.metrics(second, 400, 1000, 100, 3.5);
        jdbc.sql("UPDATE attempt SET device = 'cuda: NVIDIA H200' WHERE id = ?")
                .param(second)
                .update();

        check.check();

        assertThat(mismatches()).isZero();
    }

    @Test
    void aLossThatWasFiniteBeforeAndIsNotNowIsADifference() {
        long second = rows.attempt(run, 2, 300, "FAILED");
        rows.metrics(second, 400, 400, 100, 2.5);
        jdbc.sql("UPDATE metric SET loss = NULL WHERE attempt_id = ?")
                .param(second)
                .update();

        check.check();

        assertThat(mismatches()).isEqualTo(1);
    }

    @Test
    void anAttemptThatStillRunsIsComparedWhenItHasEnded() {
        long second = rows.attempt(run, 2, 300, "RUNNING");
        rows.metrics(second, 400, 1000, 100, 3.5);
        check.check();
        assertThat(mismatches()).isZero();

        jdbc.sql("UPDATE attempt SET state = 'SUCCEEDED', ended_at = now() WHERE id = ?")
                .param(second)
                .update();
        check.check();

        assertThat(mismatches()).isEqualTo(1);
    }

    @Test
    void onlyResumedAttemptsThatEndedLatelyAreRead() {
        String plan = QueryPlans.of(
                jdbc, transactions, "SELECT id FROM attempt WHERE number > 1 AND ended_at > now() - interval '1 hour'");

        assertThat(plan).contains("attempt_resumed_and_ended");
    }

    private double mismatches() {
        return meters.get("bitfrontier.curve.overlap.mismatch").counter().count();
    }
}

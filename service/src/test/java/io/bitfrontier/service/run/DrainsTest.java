package io.bitfrontier.service.run;

import static io.bitfrontier.service.testing.ProtocolClient.aWorker;
import static io.bitfrontier.service.testing.ProtocolClient.checkpoint;
import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static io.bitfrontier.service.testing.RunBuilder.aSweep;
import static io.bitfrontier.service.testing.RunBuilder.needs;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.ClaimRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Failure;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Heartbeat;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;

@ServiceTest
class DrainsTest {
    @Autowired
    private MockMvc http;

    @Autowired
    private Workers workers;

    @Autowired
    private JdbcClient jdbc;

    private void set(UUID sweep, String columns) {
        jdbc.sql("UPDATE sweep SET " + columns + " WHERE id = ?").param(sweep).update();
    }

    private UUID account(Assignment attempt) {
        return jdbc.sql("SELECT sweep_id FROM attempt WHERE id = ?")
                .param(attempt.attemptId())
                .query(UUID.class)
                .single();
    }

    private boolean nothingIsClaimed() {
        return aWorker(http, workers).tryClaim(new ClaimRequest(null, null)).status() == 204;
    }

    @Test
    void aDrainedWorkerIsToldToLeave() {
        aRun().insert(jdbc);
        ProtocolClient worker = aWorker(http, workers);
        Assignment attempt = worker.claim();
        workers.drain(worker.id());
        assertThat(command(worker, attempt)).isEqualTo("checkpoint-and-leave");
        assertThat(worker.send(attempt, "checkpoints", Map.of("checkpoint", checkpoint(attempt, 500)))
                        .status())
                .isEqualTo(204);
        worker.send(attempt, "failure", new Failure("PREEMPTED", "drained"));
        assertThat(worker.tryClaim(new ClaimRequest(null, null)).status()).isEqualTo(410);
    }

    @Test
    void whatRunsForPausedSweepsAloneGoesToACheckpoint() {
        UUID sweep = aSweep(jdbc);
        UUID other = aSweep(jdbc);
        Seeded run = aRun().neededBy(sweep).insert(jdbc);
        needs(jdbc, other, run.run());
        ProtocolClient worker = aWorker(http, workers);
        Assignment attempt = worker.claim();

        set(sweep, "paused_at = now()");
        assertThat(command(worker, attempt)).as("another sweep needs it").isEqualTo("continue");
        set(other, "paused_at = now(), pause_drains = false");
        assertThat(command(worker, attempt)).as("it may end").isEqualTo("continue");
        set(other, "pause_drains = true, name = 'other'");
        assertThat(command(worker, attempt)).isEqualTo("checkpoint-and-leave");
        worker.send(attempt, "failure", new Failure("PREEMPTED", "asked to leave"));

        assertThat(jdbc.sql("SELECT reason FROM run_transition WHERE event = 'PREEMPTED'")
                        .query(String.class)
                        .single())
                .isEqualTo("PREEMPTED: asked to leave: sweep other is paused");
        assertThat(nothingIsClaimed()).isTrue();
    }

    @Test
    void whatRunsOnAStoppedAccountGoesToACheckpointAndOnAnother() {
        UUID stopped = aSweep(jdbc);
        UUID other = aSweep(jdbc);
        set(stopped, "priority = 1");
        Seeded run = aRun().neededBy(stopped).insert(jdbc);
        needs(jdbc, other, run.run());
        ProtocolClient worker = aWorker(http, workers);
        Assignment attempt = worker.claim();
        set(stopped, "gpu_hours = 1e-9, stopped_at = now(), stop_reason = 'enough'");

        assertThat(command(worker, attempt)).isEqualTo("checkpoint-and-leave");
        worker.send(attempt, "failure", new Failure("PREEMPTED", "asked to leave"));
        assertThat(account(aWorker(http, workers).claim())).isEqualTo(other);
    }

    @Test
    void whatRunsOnACancelledAccountDoesNotOutliveTheStopOfTheSweepThatStillNeedsIt() {
        UUID cancelled = aSweep(jdbc);
        UUID stopped = aSweep(jdbc);
        set(cancelled, "priority = 1");
        Seeded run = aRun().neededBy(cancelled).insert(jdbc);
        needs(jdbc, stopped, run.run());
        ProtocolClient worker = aWorker(http, workers);
        Assignment attempt = worker.claim();
        assertThat(account(attempt)).isEqualTo(cancelled);
        set(cancelled, "cancelled_at = now()");
        assertThat(command(worker, attempt)).as("the other sweep needs it").isEqualTo("continue");

        set(
                stopped,
                "name = 'late', deadline = now() - interval '1 minute', stopped_at = now(), stop_reason = 'the deadline has passed'");
        assertThat(command(worker, attempt)).isEqualTo("checkpoint-and-leave");
        worker.send(attempt, "failure", new Failure("PREEMPTED", "asked to leave"));

        assertThat(jdbc.sql("SELECT reason FROM run_transition WHERE event = 'PREEMPTED'")
                        .query(String.class)
                        .single())
                .isEqualTo("PREEMPTED: asked to leave: sweep late is stopped: the deadline has passed");
    }

    private static String command(ProtocolClient worker, Assignment attempt) {
        return worker.send(attempt, "heartbeat", new Heartbeat(1))
                .json()
                .path("command")
                .asString();
    }
}

package io.bitfrontier.service.system;

import static io.bitfrontier.service.testing.RunBuilder.aRun;

import io.bitfrontier.service.failpoint.FailPoint;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What a service must find to come past its fail points: runs, an orphan, a state that nobody needs, what an attempt left
 * behind. A process that ends at one point may just have done what leads to another and not have come past that one: it then
 * needs a second chance, so that there is more of whatever is used up as long as its points have not fired.
 */
final class FailPointMaterial {
    /** What a test brings about by itself, with runs that wait for the gate. */
    static final Set<FailPoint> OF_FROZEN_OR_STOPPING_WORKERS = EnumSet.of(
            FailPoint.SILENT_WORKER_FOUND,
            FailPoint.SILENT_WORKER_KILLED,
            FailPoint.DRAIN_NOTED,
            FailPoint.WORKERS_TOLD,
            FailPoint.STRAGGLER_FOUND,
            FailPoint.STRAGGLER_KILLED);

    private static final Set<FailPoint> OF_AN_ORPHAN = EnumSet.of(FailPoint.ORPHAN_FOUND, FailPoint.ORPHAN_KILLED);
    private static final Set<FailPoint> OF_A_STATE =
            EnumSet.of(FailPoint.EVICTION_STORED, FailPoint.EVICTED_FILES_REMOVED);
    private static final Set<FailPoint> OF_LEFTOVERS = EnumSet.of(FailPoint.LEFTOVERS_REMOVED);

    /** One of each remainder by which {@link StandInWorker} tells what goes wrong. */
    private static final int EVERY_KIND = 4;

    /** Tokens, below the first step of any run, of the first state that nobody needs. */
    private static final int UNNEEDED_TOKENS = 50;

    private final JdbcClient jdbc;
    private final Path home;
    private final List<Seeded> runs = new ArrayList<>();
    private final List<Path> states = new ArrayList<>();
    private final List<Path> leftovers = new ArrayList<>();
    private final List<Process> orphans = new ArrayList<>();

    FailPointMaterial(JdbcClient jdbc, Path home) {
        this.jdbc = jdbc;
        this.home = home;
    }

    /** Those that succeed in the end. */
    List<Seeded> runs() {
        return runs;
    }

    /** The checkpoints of states that nobody needs. */
    List<Path> states() {
        return states;
    }

    /** The directories of attempts that registered nothing. */
    List<Path> leftovers() {
        return leftovers;
    }

    List<Process> orphans() {
        return orphans;
    }

    /** Two that wait for the gate, and what comes before them. */
    void addTheFirstRuns() {
        addShortRuns();
        addShortRuns();
        runs.add(aRun().after(runs.get(0)).withPriority(1).insert(jdbc));
        runs.add(aRun().to(StandInWorker.GATED).insert(jdbc));
        runs.add(aRun().to(StandInWorker.GATED).insert(jdbc));
    }

    /** Makes more of what is used up though points that need it have not fired. */
    void renewFor(Set<FailPoint> missing) throws IOException {
        Set<FailPoint> ofRuns = EnumSet.copyOf(missing);
        ofRuns.removeAll(OF_FROZEN_OR_STOPPING_WORKERS);
        ofRuns.removeAll(OF_AN_ORPHAN);
        ofRuns.removeAll(OF_A_STATE);
        ofRuns.removeAll(OF_LEFTOVERS);
        if (!ofRuns.isEmpty() && noShortRunIsToBeDone()) {
            addShortRuns();
        }
        if (missing.contains(FailPoint.WORKER_FOUND) && noWorkerIsToBeFound()) {
            Files.deleteIfExists(home.resolve("fail-points").resolve(FailPoint.WORKER_LAUNCHED.name()));
        }
        if (anyOf(OF_AN_ORPHAN, missing) && orphans.stream().noneMatch(Process::isAlive)) {
            addAnOrphan();
        }
        if (anyOf(OF_A_STATE, missing) && states.stream().noneMatch(Files::exists)) {
            addAStateThatNobodyNeeds();
        }
        if (anyOf(OF_LEFTOVERS, missing) && leftovers.stream().noneMatch(Files::exists)) {
            addWhatAnAttemptLeftBehind();
        }
    }

    private static boolean anyOf(Set<FailPoint> points, Set<FailPoint> missing) {
        return points.stream().anyMatch(missing::contains);
    }

    private boolean noShortRunIsToBeDone() {
        return jdbc.sql("SELECT NOT EXISTS (SELECT 1 FROM run WHERE state IN ('PLANNED', 'READY', 'RUNNING')"
                        + " AND to_tokens - from_tokens <= ?)")
                .param(StandInWorker.SHORT)
                .query(Boolean.class)
                .single();
    }

    /** Only a service that ends at {@link FailPoint#WORKER_LAUNCHED} leaves one: it is to end there once more. */
    private boolean noWorkerIsToBeFound() {
        return jdbc.sql(
                        "SELECT NOT EXISTS (SELECT 1 FROM worker WHERE state IN ('LAUNCHING', 'ACTIVE') AND external_id IS NULL)")
                .query(Boolean.class)
                .single();
    }

    private void addShortRuns() {
        for (int i = 0; i < EVERY_KIND; i++) {
            runs.add(aRun().withPriority(1).insert(jdbc));
        }
    }

    private void addAnOrphan() throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sleep", "1000");
        builder.environment().put("BITFRONTIER_HOME", home.toString());
        builder.environment()
                .put(WorkerProtocol.ENV_WORKER_ID, UUID.randomUUID().toString());
        orphans.add(builder.start());
    }

    /** Stored a day ago on the trajectory of the first run. */
    private void addAStateThatNobodyNeeds() throws IOException {
        int tokens = UNNEEDED_TOKENS + states.size();
        Path directory = Files.createDirectories(
                home.resolve("artifacts/workers/earlier/state-" + states.size() + "/attempt-1/end"));
        Files.writeString(directory.resolve("weights"), Integer.toString(tokens));
        states.add(directory);
        jdbc.sql("""
                        INSERT INTO state (trajectory_id, tokens, checkpoint_uri, checkpoint_sha256, checkpoint_bytes, stored_at)
                        VALUES (?, ?, ?, ?, 2, now() - interval '1 day')
                        """)
                .params(runs.get(0).trajectory(), tokens, directory.toUri().toString(), "ab".repeat(32))
                .update();
    }

    /** An attempt at a run that failed a day ago died while it wrote a checkpoint. */
    private void addWhatAnAttemptLeftBehind() throws IOException {
        Path directory = home.resolve("artifacts/workers/earlier/run-" + leftovers.size() + "/attempt-1");
        Files.writeString(
                Files.createDirectories(directory.resolve(".writing-1")).resolve("weights"), "5");
        leftovers.add(directory);
        UUID worker = UUID.randomUUID();
        jdbc.sql("""
                        INSERT INTO worker (id, launcher, resource_class, token_sha256, state, ended_at)
                        VALUES (?, 'local', 'local', ?, 'LOST', now())
                        """).params(worker, "ab".repeat(32)).update();
        jdbc.sql("""
                        INSERT INTO attempt (run_id, worker_id, number, state, token_sha256, artifact_uri, lease_expires_at,
                                             resumed_from_tokens, ended_at)
                        VALUES (?, ?, 1, 'FENCED', ?, ?, now(), 0, now() - interval '1 day')
                        """)
                .params(
                        aRun().inState("FAILED").insert(jdbc).run(),
                        worker,
                        "ab".repeat(32),
                        directory.toUri().toString())
                .update();
    }
}

package io.bitfrontier.service.run;

import io.bitfrontier.service.run.Workload.Amount;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.StateKey;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/**
 * What a registration would add to what is stored and on its way, by the rules of {@link RunChains} and without writing
 * anything.
 */
@Repository
public class RunOutlook {
    /** The fingerprints as {@link StateRows#BY_FINGERPRINT} takes them. */
    static final String KNOWN =
            """
            SELECT t.id AS trajectory, t.fingerprint, s.id, s.tokens, s.stored_at IS NOT NULL AS stored,
                   r.id AS living, r.start_state_id, r.from_tokens
            FROM trajectory t
            JOIN state s ON s.trajectory_id = t.id
            """ + StateRows.ITS_TRAIN_RUN + "WHERE t.fingerprint = ANY(CAST(:fingerprints AS bpchar[]))";

    private final JdbcClient jdbc;

    RunOutlook(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The outlook on some work.
     *
     * @param newRuns that would be made
     * @param tokensUnderway of runs that are made already and have not succeeded
     * @param tokensToTrain of the new runs
     * @param all the work as if nothing were there
     * @param added the work of the new runs
     */
    public record Outlook(
            int newRuns,
            long tokensUnderway,
            long tokensToTrain,
            Map<Workload, Amount> all,
            Map<Workload, Amount> added) {}

    /** One snapshot, two statements. */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public Outlook of(RequiredWork work) {
        return new Look(work).outlook();
    }

    private record EvaluatedState(long state, String version) {}

    /** States and trajectories that are not there yet have numbers of their own, below zero. */
    private final class Look {
        private final RequiredWork work;
        private final Map<String, RequiredWork.Trajectory> byFingerprint = new HashMap<>();
        private final Map<String, Long> trajectories = new HashMap<>();
        private final Map<StateKey, Long> states = new HashMap<>();
        private final List<RunChains.Node> nodes = new ArrayList<>();
        private final Map<Long, RequiredWork.Trajectory> ofState = new HashMap<>();
        private final Map<EvaluationSpec, String> versions = new HashMap<>();
        private long unborn;

        private Look(RequiredWork work) {
            this.work = work;
            work.trajectories().forEach(trajectory -> byFingerprint.put(trajectory.fingerprint(), trajectory));
        }

        private Outlook outlook() {
            read();
            imagine();
            Map<EvaluatedState, Boolean> evaluations = evaluations();
            Map<Long, Double> wanted = new HashMap<>();
            Map<Workload, Amount> added = new HashMap<>();
            int newRuns = 0;
            for (RequiredWork.Evaluation evaluation : work.evaluations()) {
                EvaluatedState of = new EvaluatedState(state(evaluation.state()), version(evaluation.spec()));
                Boolean done = evaluations.get(of);
                if (done == null) {
                    newRuns++;
                    addEvaluation(added, evaluation);
                }
                if (done == null || !done) {
                    wanted.put(of.state(), evaluation.flops());
                }
            }
            long underway = 0;
            long toTrain = 0;
            for (RunChains.Step step : new RunChains(nodes, starts()).towards(wanted)) {
                long tokens = step.to() - step.from();
                if (step.existing() != null) {
                    underway += tokens;
                    continue;
                }
                newRuns++;
                toTrain += tokens;
                RequiredWork.Trajectory trajectory = ofState.get(step.target());
                if (trajectory != null) {
                    add(added, Workload.TRAIN, trajectory, new Amount(step.flops(), tokens));
                }
            }
            return new Outlook(newRuns, underway, toTrain, all(), added);
        }

        private void read() {
            jdbc.sql(KNOWN)
                    .param("fingerprints", byFingerprint.keySet().toArray(String[]::new))
                    .query(row -> {
                        String fingerprint = row.getString("fingerprint");
                        trajectories.put(fingerprint, row.getLong("trajectory"));
                        add(
                                fingerprint,
                                new RunChains.Node(
                                        row.getLong("id"),
                                        row.getLong("trajectory"),
                                        row.getLong("tokens"),
                                        row.getBoolean("stored"),
                                        row.getObject("living", Long.class),
                                        row.getObject("start_state_id", Long.class),
                                        row.getLong("from_tokens")));
                    });
        }

        private void imagine() {
            for (RequiredWork.Trajectory trajectory : work.trajectories()) {
                long id = trajectories.computeIfAbsent(trajectory.fingerprint(), fingerprint -> --unborn);
                for (long tokens : trajectory.states()) {
                    if (!states.containsKey(new StateKey(trajectory.fingerprint(), tokens))) {
                        add(trajectory.fingerprint(), new RunChains.Node(--unborn, id, tokens, false, null, null, 0));
                    }
                }
            }
        }

        private void add(String fingerprint, RunChains.Node node) {
            nodes.add(node);
            states.put(new StateKey(fingerprint, node.tokens()), node.id());
            RequiredWork.Trajectory trajectory = byFingerprint.get(fingerprint);
            if (trajectory != null) {
                ofState.put(node.id(), trajectory);
            }
        }

        private Map<Long, RunChains.Start> starts() {
            Map<Long, RunChains.Start> starts = new HashMap<>();
            for (RequiredWork.Trajectory trajectory : work.trajectories()) {
                TrajectorySpec.Start start = trajectory.spec().start();
                Long id = trajectories.get(trajectory.fingerprint());
                if (id != null) {
                    starts.put(
                            id,
                            new RunChains.Start(
                                    start == null ? null : state(new StateKey(start.trajectory(), start.tokens())),
                                    trajectory.spec().startTokens(),
                                    trajectory.flopsPerToken()));
                }
            }
            return starts;
        }

        private long state(StateKey key) {
            Long id = states.get(key);
            if (id == null) {
                throw new IllegalStateException("the work keeps no state " + key);
            }
            return id;
        }

        /** The evaluations that are planned, and whether they are done. */
        private Map<EvaluatedState, Boolean> evaluations() {
            Map<EvaluatedState, Boolean> there = new HashMap<>();
            jdbc.sql("""
                            SELECT r.target_state_id, r.evaluation_version, r.state = 'SUCCEEDED' AS done FROM run r
                            WHERE r.kind = 'evaluate' AND r.target_state_id = ANY(CAST(:states AS bigint[]))
                              AND r.state NOT IN ('FAILED', 'CANCELLED')
                            """)
                    .param(
                            "states",
                            states.values().stream().filter(id -> id > 0).toArray(Long[]::new))
                    .query(row -> {
                        there.put(
                                new EvaluatedState(row.getLong("target_state_id"), row.getString("evaluation_version")),
                                row.getBoolean("done"));
                    });
            return there;
        }

        private String version(EvaluationSpec spec) {
            return versions.computeIfAbsent(spec, EvaluationSpec::version);
        }

        private Map<Workload, Amount> all() {
            Map<Workload, Amount> all = new HashMap<>();
            for (RequiredWork.Trajectory trajectory : work.trajectories()) {
                long last = trajectory.states().get(trajectory.states().size() - 1);
                double tokens = last - trajectory.spec().startTokens();
                add(all, Workload.TRAIN, trajectory, new Amount(tokens * trajectory.flopsPerToken(), tokens));
            }
            work.evaluations().forEach(evaluation -> addEvaluation(all, evaluation));
            return all;
        }

        private void addEvaluation(Map<Workload, Amount> to, RequiredWork.Evaluation evaluation) {
            RequiredWork.Trajectory trajectory =
                    byFingerprint.get(evaluation.state().trajectory());
            if (trajectory != null) {
                double tokens =
                        (double) evaluation.spec().windows() * evaluation.spec().sequenceLength();
                add(to, Workload.EVALUATE, trajectory, new Amount(evaluation.flops(), tokens));
            }
        }

        private static void add(
                Map<Workload, Amount> to, String kind, RequiredWork.Trajectory trajectory, Amount amount) {
            if (amount.tokens() > 0) {
                to.merge(Workload.of(kind, trajectory), amount, Amount::plus);
            }
        }
    }
}

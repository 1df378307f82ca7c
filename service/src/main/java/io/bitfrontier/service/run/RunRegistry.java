package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.StateKey;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Stores what sweeps need as trajectories, states and runs, each once however many sweeps need it. A run that has failed or was
 * cancelled gets another generation; whatever is stored or on its way is shared. A handful of statements, whatever the size.
 */
@Repository
public class RunRegistry {
    /** Any constant: the key of the lock that registrations and cancellations take one after another, over all replicas. */
    private static final long LOCK = 0x6269_7466_726f_6e74L;

    /**
     * The arrays are joined and not compared with: a plan that PostgreSQL keeps for any array would look through tens of thousands
     * once per run. Runs are found by state as {@link StateRows#ITS_TRAIN_RUN} does.
     */
    static final String LINK_TRAIN_RUNS = """
            WITH RECURSIVE needed AS MATERIALIZED (SELECT DISTINCT id FROM unnest(CAST(:needed AS bigint[])) AS n (id)),
            kept AS MATERIALIZED (SELECT DISTINCT id FROM unnest(CAST(:kept AS bigint[])) AS k (id)),
            mine AS (
              (SELECT r.id, r.start_state_id, r.state
               FROM needed
               CROSS JOIN LATERAL (
                 SELECT * FROM run o WHERE o.target_state_id = needed.id AND o.kind || '' = 'train' OFFSET 0) r
               WHERE r.state IN ('PLANNED', 'READY', 'RUNNING')
               UNION ALL
               SELECT r.id, r.start_state_id, r.state
               FROM kept
               CROSS JOIN LATERAL (
                 SELECT * FROM run o WHERE o.target_state_id = kept.id AND o.kind || '' = 'train' OFFSET 0) r
               WHERE r.state = 'SUCCEEDED'
                 AND (r.evicted_at IS NULL
                      OR kept.id NOT IN (SELECT id FROM needed)
                        AND NOT EXISTS (
                          SELECT FROM run newer
                          WHERE newer.kind = 'train' AND newer.target_state_id = r.target_state_id
                            AND newer.generation > r.generation AND newer.state = 'SUCCEEDED')))
              UNION
              SELECT p.id, p.start_state_id, p.state
              FROM mine m
              CROSS JOIN LATERAL (
                SELECT * FROM run o WHERE o.target_state_id = m.start_state_id AND o.kind || '' = 'train' OFFSET 0) p
              WHERE m.state <> 'SUCCEEDED' AND p.state IN ('PLANNED', 'READY', 'RUNNING'))
            INSERT INTO sweep_run (sweep_id, run_id, state, not_before, resource_class, critical_path_flops, tokens, flops)
            SELECT :sweep, r.id, r.state, r.not_before, r.resource_class, r.critical_path_flops, r.to_tokens - r.from_tokens,
                   r.flops
            FROM mine JOIN run r ON r.id = mine.id
            ON CONFLICT DO NOTHING
            """;

    private final JdbcClient jdbc;
    private final StateRows states;
    private final ApplicationEventPublisher events;

    RunRegistry(JdbcClient jdbc, StateRows states, ApplicationEventPublisher events) {
        this.jdbc = jdbc;
        this.states = states;
        this.events = events;
    }

    /**
     * What was registered.
     *
     * @param stateIds rows of the states that are kept
     * @param newRuns how many runs were not there before
     */
    public record Registered(Map<StateKey, Long> stateIds, int newRuns) {}

    /**
     * Lets submissions and cancellations happen one after another until the transaction ends. What one needs the other cannot
     * take away in between.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void lock() {
        jdbc.sql("SELECT pg_advisory_xact_lock(?)").param(LOCK).query().listOfRows();
    }

    /**
     * Stores the work of a sweep whose row is there already. Runs are READY when what they start from is stored.
     *
     * @param actor who asked, for the history
     * @param reason one sentence, for the history
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public Registered register(UUID sweep, RequiredWork work, String actor, String reason) {
        lock();
        Map<String, Long> trajectoryIds = new HashMap<>();
        Map<Long, RunChains.Node> nodes = new HashMap<>();
        Map<StateKey, Long> stateIds = new HashMap<>();
        for (List<RequiredWork.Trajectory> level : levels(work.trajectories())) {
            states.insertTrajectories(level, stateIds);
            Map<String, Long> ids = states.trajectoryIds(level);
            states.insert(level, ids);
            Map<Long, RunChains.Node> known = states.nodes(ids.values());
            stateIds.putAll(StateRows.ids(level, ids, known.values()));
            trajectoryIds.putAll(ids);
            nodes.putAll(known);
        }

        RunChains chains =
                new RunChains(nodes.values(), StateRows.starts(work.trajectories(), trajectoryIds, stateIds));
        Map<Long, RequiredWork.Evaluation> evaluations = new LinkedHashMap<>();
        Map<Long, Double> evaluationFlops = new HashMap<>();
        for (RequiredWork.Evaluation evaluation : work.evaluations()) {
            long state = StateRows.id(stateIds, evaluation.state());
            evaluations.put(state, evaluation);
            evaluationFlops.put(state, evaluation.flops());
        }
        evaluationFlops.keySet().removeAll(evaluated(evaluations));
        List<RunChains.Step> steps = chains.towards(evaluationFlops);
        int newRuns =
                insertTrainRuns(steps, work, actor, reason) + insertEvaluateRuns(evaluations, work, actor, reason);
        raise(steps);
        linkTrainRuns(sweep, stateIds.values(), chains.needed());
        linkEvaluateRuns(sweep, evaluations);
        events.publishEvent(new RunsReady());
        events.publishEvent(new SweepLinked(sweep));
        return new Registered(stateIds, newRuns);
    }

    /** The states whose evaluation is stored: nothing is trained for them, whether their checkpoints are still there or not. */
    private Set<Long> evaluated(Map<Long, RequiredWork.Evaluation> evaluations) {
        List<RequiredWork.Evaluation> values = List.copyOf(evaluations.values());
        return jdbc.sql("""
                        SELECT w.state FROM unnest(CAST(:states AS bigint[]), CAST(:versions AS text[])) AS w (state, version)
                        JOIN evaluation e ON e.state_id = w.state AND e.evaluation_version = w.version
                        """)
                .param("states", evaluations.keySet().toArray(Long[]::new))
                .param("versions", versions(values))
                .query(Long.class)
                .set();
    }

    /**
     * What a sweep is to have trained again, because the checkpoints were removed that an earlier run had brought about.
     *
     * @param tokens of the runs that do so
     */
    public record Retraining(int states, long tokens) {}

    /** Of the sweep's runs that are to be done. */
    @Transactional(propagation = Propagation.MANDATORY)
    public Retraining retraining(UUID sweep) {
        return jdbc.sql("""
                        SELECT count(*) AS states, coalesce(sum(r.to_tokens - r.from_tokens), 0) AS tokens
                        FROM sweep_run n JOIN run r ON r.id = n.run_id
                        WHERE n.sweep_id = ? AND r.kind = 'train' AND r.state || '' IN ('PLANNED', 'READY')
                          AND EXISTS (
                            SELECT 1 FROM run older WHERE older.target_state_id = r.target_state_id
                              AND older.evicted_at IS NOT NULL)
                        """)
                .param(sweep)
                .query((row, n) -> new Retraining(row.getInt("states"), row.getLong("tokens")))
                .single();
    }

    /**
     * A sweep needs no run any more that failed, was cancelled or lost its state, and of which it needs a newer generation. The
     * rows themselves stay, and so does who needed them.
     *
     * @return how many
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public int forgetSuperseded(UUID sweep) {
        return jdbc.sql("""
                        WITH gone AS (
                          DELETE FROM sweep_run n
                          USING run older
                          WHERE n.sweep_id = :sweep AND older.id = n.run_id
                            AND (older.state IN ('FAILED', 'CANCELLED') OR older.evicted_at IS NOT NULL)
                            AND EXISTS (
                              SELECT 1 FROM run newer JOIN sweep_run m ON m.run_id = newer.id AND m.sweep_id = :sweep
                              WHERE newer.target_state_id = older.target_state_id AND newer.kind = older.kind
                                AND newer.evaluation_version = older.evaluation_version
                                AND newer.generation > older.generation)
                          RETURNING n.run_id, n.sweep_id),
                        past AS (
                          INSERT INTO sweep_past_run (run_id, sweep_id) SELECT run_id, sweep_id FROM gone
                          ON CONFLICT DO NOTHING)
                        SELECT count(*) FROM gone
                        """).param("sweep", sweep).query(Integer.class).single();
    }

    /** Trunks, then what branches off them, and so on: the states that a level starts from are those of earlier ones. */
    private static Collection<List<RequiredWork.Trajectory>> levels(List<RequiredWork.Trajectory> trajectories) {
        Map<String, Integer> depths = new HashMap<>();
        Map<Integer, List<RequiredWork.Trajectory>> levels = new TreeMap<>();
        for (RequiredWork.Trajectory trajectory : trajectories) {
            TrajectorySpec.Start start = trajectory.spec().start();
            int depth = start == null ? 0 : 1 + depths.getOrDefault(start.trajectory(), 0);
            depths.put(trajectory.fingerprint(), depth);
            levels.computeIfAbsent(depth, d -> new ArrayList<>()).add(trajectory);
        }
        return levels.values();
    }

    private int insertTrainRuns(List<RunChains.Step> steps, RequiredWork work, String actor, String reason) {
        List<RunChains.Step> missing =
                steps.stream().filter(step -> step.existing() == null).toList();
        return jdbc.sql("""
                        WITH planned AS (
                          INSERT INTO run (kind, target_state_id, start_state_id, generation, state, resource_class,
                                           critical_path_flops, from_tokens, to_tokens, progress_tokens, flops)
                          SELECT 'train', w.target, w.start,
                                 1 + coalesce((SELECT max(o.generation) FROM run o
                                               WHERE o.kind = 'train' AND o.target_state_id = w.target), 0),
                                 CASE WHEN w.start IS NULL OR s.stored_at IS NOT NULL THEN 'READY' ELSE 'PLANNED' END,
                                 :class, w.critical, w.from_tokens, w.to_tokens, w.from_tokens, w.flops
                          FROM unnest(CAST(:targets AS bigint[]), CAST(:starts AS bigint[]), CAST(:from AS bigint[]),
                                      CAST(:to AS bigint[]), CAST(:flops AS double precision[]),
                                      CAST(:critical AS double precision[]))
                               AS w (target, start, from_tokens, to_tokens, flops, critical)
                          LEFT JOIN state s ON s.id = w.start
                          ORDER BY w.to_tokens, w.target
                          ON CONFLICT DO NOTHING
                          RETURNING id, state)
                        INSERT INTO run_transition (run_id, to_state, event, actor, reason)
                        SELECT id, state, 'PLANNED', :actor, :reason FROM planned
                        """)
                .param("class", work.resourceClass())
                .param("targets", Columns.of(missing, RunChains.Step::target, Long[]::new))
                .param("starts", Columns.of(missing, RunChains.Step::start, Long[]::new))
                .param("from", Columns.of(missing, RunChains.Step::from, Long[]::new))
                .param("to", Columns.of(missing, RunChains.Step::to, Long[]::new))
                .param("flops", Columns.of(missing, RunChains.Step::flops, Double[]::new))
                .param("critical", Columns.of(missing, RunChains.Step::criticalFlops, Double[]::new))
                .param("actor", actor)
                .param("reason", reason)
                .update();
    }

    private int insertEvaluateRuns(
            Map<Long, RequiredWork.Evaluation> evaluations, RequiredWork work, String actor, String reason) {
        List<RequiredWork.Evaluation> values = List.copyOf(evaluations.values());
        List<EvaluationSpec> specs =
                values.stream().map(RequiredWork.Evaluation::spec).distinct().toList();
        return jdbc.sql("""
                        WITH spec AS MATERIALIZED (
                          SELECT version, CAST(text AS jsonb) AS evaluation
                          FROM unnest(CAST(:specVersions AS text[]), CAST(:specs AS text[])) AS s (version, text)),
                        planned AS (
                          INSERT INTO run (kind, target_state_id, start_state_id, evaluation_version, evaluation, generation,
                                           state, resource_class, critical_path_flops, from_tokens, to_tokens,
                                           progress_tokens, flops)
                          SELECT 'evaluate', s.id, s.id, w.version, spec.evaluation,
                                 1 + coalesce((SELECT max(o.generation) FROM run o
                                               WHERE o.kind = 'evaluate' AND o.target_state_id = s.id
                                                 AND o.evaluation_version = w.version), 0),
                                 CASE WHEN s.stored_at IS NOT NULL THEN 'READY' ELSE 'PLANNED' END,
                                 :class, w.flops, s.tokens, s.tokens, s.tokens, w.flops
                          FROM unnest(CAST(:states AS bigint[]), CAST(:versions AS text[]),
                                      CAST(:flops AS double precision[])) AS w (state, version, flops)
                          JOIN spec ON spec.version = w.version
                          JOIN state s ON s.id = w.state
                          ORDER BY s.tokens, s.id
                          ON CONFLICT DO NOTHING
                          RETURNING id, state)
                        INSERT INTO run_transition (run_id, to_state, event, actor, reason)
                        SELECT id, state, 'PLANNED', :actor, :reason FROM planned
                        """)
                .param("class", work.resourceClass())
                .param("specVersions", Columns.of(specs, EvaluationSpec::version, String[]::new))
                .param("specs", Columns.of(specs, WorkJson::write, String[]::new))
                .param("states", evaluations.keySet().toArray(Long[]::new))
                .param("versions", versions(values))
                .param("flops", Columns.of(values, RequiredWork.Evaluation::flops, Double[]::new))
                .param("actor", actor)
                .param("reason", reason)
                .update();
    }

    /** A run that more depends on than before is claimed earlier. Rows that somebody is changing are left as they are. */
    private void raise(List<RunChains.Step> steps) {
        List<RunChains.Step> shared =
                steps.stream().filter(step -> step.existing() != null).toList();
        jdbc.sql("""
                        WITH free AS (
                          SELECT r.id, w.critical
                          FROM unnest(CAST(:ids AS bigint[]), CAST(:critical AS double precision[])) AS w (id, critical)
                          JOIN run r ON r.id = w.id
                          WHERE r.state || '' IN ('PLANNED', 'READY')
                            AND r.critical_path_flops < w.critical
                          FOR NO KEY UPDATE OF r SKIP LOCKED),
                        raised AS (
                          UPDATE run SET critical_path_flops = free.critical
                          FROM free WHERE run.id = free.id
                          RETURNING run.id, run.critical_path_flops)
                        UPDATE sweep_run n SET critical_path_flops = raised.critical_path_flops
                        FROM raised WHERE n.run_id = raised.id
                        """)
                .param("ids", Columns.of(shared, RunChains.Step::existing, Long[]::new))
                .param("critical", Columns.of(shared, RunChains.Step::criticalFlops, Double[]::new))
                .update();
    }

    /**
     * The sweep's own runs, and those of other sweeps that they go on from. Of a state that was removed and trained again, the
     * newest of the runs that brought it about: each counts its tokens.
     */
    private void linkTrainRuns(UUID sweep, Collection<Long> kept, Set<Long> needed) {
        jdbc.sql(LINK_TRAIN_RUNS)
                .param("needed", needed.toArray(Long[]::new))
                .param("kept", kept.toArray(Long[]::new))
                .param("sweep", sweep)
                .update();
    }

    private void linkEvaluateRuns(UUID sweep, Map<Long, RequiredWork.Evaluation> evaluations) {
        List<RequiredWork.Evaluation> values = List.copyOf(evaluations.values());
        jdbc.sql("""
                        INSERT INTO sweep_run (sweep_id, run_id, state, not_before, resource_class, critical_path_flops,
                                               tokens, flops)
                        SELECT :sweep, r.id, r.state, r.not_before, r.resource_class, r.critical_path_flops, 0, 0
                        FROM unnest(CAST(:states AS bigint[]), CAST(:versions AS text[])) AS w (state, version)
                        CROSS JOIN LATERAL (SELECT * FROM run o WHERE o.target_state_id = w.state OFFSET 0) r
                        WHERE r.kind = 'evaluate' AND r.evaluation_version = w.version
                          AND r.state NOT IN ('FAILED', 'CANCELLED')
                        ON CONFLICT DO NOTHING
                        """)
                .param("sweep", sweep)
                .param("states", evaluations.keySet().toArray(Long[]::new))
                .param("versions", versions(values))
                .update();
    }

    /** A sweep has one evaluation for all its states: its version is hashed once. */
    private static String[] versions(List<RequiredWork.Evaluation> evaluations) {
        Map<EvaluationSpec, String> versions = new HashMap<>();
        return Columns.of(evaluations, e -> versions.computeIfAbsent(e.spec(), EvaluationSpec::version), String[]::new);
    }
}

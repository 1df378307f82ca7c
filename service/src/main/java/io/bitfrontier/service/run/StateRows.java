package io.bitfrontier.service.run;

import io.bitfrontier.vocabulary.work.StateKey;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Writes trajectories and their states, each once, and reads who brings them about. */
@Repository
class StateRows {
    /** As the column is: compared as text, no index would serve. */
    static final String BY_FINGERPRINT =
            "SELECT id, fingerprint FROM trajectory WHERE fingerprint = ANY(CAST(:fingerprints AS bpchar[]))";

    /**
     * Joins a state {@code s} with the run {@code r} that brings it about or has. By the state, whatever statistics say: those of
     * the last large submission may know of hardly any train run, and reading them all for each state would look cheap.
     */
    static final String ITS_TRAIN_RUN = """
            LEFT JOIN LATERAL (
              SELECT * FROM run o
              WHERE o.target_state_id = s.id AND o.kind || '' = 'train' AND o.state NOT IN ('FAILED', 'CANCELLED')
                AND o.evicted_at IS NULL
              OFFSET 0) r ON true
            """;

    static final String NODES = """
            SELECT s.id, s.trajectory_id, s.tokens, s.stored_at IS NOT NULL AS stored,
                   r.id AS living, r.start_state_id, r.from_tokens
            FROM state s
            """ + ITS_TRAIN_RUN + "WHERE s.trajectory_id = ANY(CAST(:trajectories AS bigint[]))";

    private final JdbcClient jdbc;

    StateRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param stateIds rows of the states that they start from */
    void insertTrajectories(List<RequiredWork.Trajectory> trajectories, Map<StateKey, Long> stateIds) {
        jdbc.sql("""
                        INSERT INTO trajectory (fingerprint, spec, start_state_id, model, precision)
                        SELECT fingerprint, CAST(spec AS jsonb), start, model, precision
                        FROM unnest(CAST(:fingerprints AS text[]), CAST(:specs AS text[]), CAST(:starts AS bigint[]),
                                    CAST(:models AS text[]), CAST(:precisions AS text[]))
                             AS w (fingerprint, spec, start, model, precision)
                        ON CONFLICT (fingerprint) DO NOTHING
                        """)
                .param("fingerprints", Columns.of(trajectories, RequiredWork.Trajectory::fingerprint, String[]::new))
                .param("specs", Columns.of(trajectories, t -> WorkJson.write(t.spec()), String[]::new))
                .param("starts", Columns.of(trajectories, t -> startState(t.spec(), stateIds), Long[]::new))
                .param("models", Columns.of(trajectories, RequiredWork.Trajectory::model, String[]::new))
                .param("precisions", Columns.of(trajectories, RequiredWork.Trajectory::precision, String[]::new))
                .update();
    }

    /** Rows of the trajectories, by fingerprint. */
    Map<String, Long> trajectoryIds(List<RequiredWork.Trajectory> trajectories) {
        Map<String, Long> ids = new HashMap<>();
        jdbc.sql(BY_FINGERPRINT)
                .param("fingerprints", Columns.of(trajectories, RequiredWork.Trajectory::fingerprint, String[]::new))
                .query(row -> {
                    ids.put(row.getString("fingerprint"), row.getLong("id"));
                });
        return ids;
    }

    /** @param ids rows of the trajectories, by fingerprint */
    void insert(List<RequiredWork.Trajectory> trajectories, Map<String, Long> ids) {
        List<Long> owners = new ArrayList<>();
        List<Long> tokens = new ArrayList<>();
        for (RequiredWork.Trajectory trajectory : trajectories) {
            long id = id(ids, trajectory.fingerprint());
            for (long count : trajectory.states()) {
                owners.add(id);
                tokens.add(count);
            }
        }
        jdbc.sql("""
                        INSERT INTO state (trajectory_id, tokens)
                        SELECT * FROM unnest(CAST(:trajectories AS bigint[]), CAST(:tokens AS bigint[]))
                        ON CONFLICT (trajectory_id, tokens) DO NOTHING
                        """)
                .param("trajectories", owners.toArray(Long[]::new))
                .param("tokens", tokens.toArray(Long[]::new))
                .update();
    }

    /** All states of the trajectories, those that nobody asks for now included, by id. */
    Map<Long, RunChains.Node> nodes(Collection<Long> trajectories) {
        Map<Long, RunChains.Node> nodes = new HashMap<>();
        jdbc.sql(NODES).param("trajectories", trajectories.toArray(Long[]::new)).query(row -> {
            nodes.put(
                    row.getLong("id"),
                    new RunChains.Node(
                            row.getLong("id"),
                            row.getLong("trajectory_id"),
                            row.getLong("tokens"),
                            row.getBoolean("stored"),
                            row.getObject("living", Long.class),
                            row.getObject("start_state_id", Long.class),
                            row.getLong("from_tokens")));
        });
        return nodes;
    }

    /** Rows of the states that are kept. */
    static Map<StateKey, Long> ids(
            List<RequiredWork.Trajectory> trajectories, Map<String, Long> ids, Collection<RunChains.Node> nodes) {
        record Place(long trajectory, long tokens) {}
        Map<Place, Long> places = new HashMap<>();
        nodes.forEach(node -> places.put(new Place(node.trajectory(), node.tokens()), node.id()));
        Map<StateKey, Long> stateIds = new HashMap<>();
        for (RequiredWork.Trajectory trajectory : trajectories) {
            long id = id(ids, trajectory.fingerprint());
            for (long tokens : trajectory.states()) {
                stateIds.put(new StateKey(trajectory.fingerprint(), tokens), id(places, new Place(id, tokens)));
            }
        }
        return stateIds;
    }

    private static @Nullable Long startState(TrajectorySpec spec, Map<StateKey, Long> stateIds) {
        TrajectorySpec.Start start = spec.start();
        return start == null ? null : id(stateIds, new StateKey(start.trajectory(), start.tokens()));
    }

    /** Where the trajectories begin, by id. */
    static Map<Long, RunChains.Start> starts(
            List<RequiredWork.Trajectory> trajectories, Map<String, Long> ids, Map<StateKey, Long> stateIds) {
        Map<Long, RunChains.Start> starts = new HashMap<>();
        for (RequiredWork.Trajectory trajectory : trajectories) {
            starts.put(
                    id(ids, trajectory.fingerprint()),
                    new RunChains.Start(
                            startState(trajectory.spec(), stateIds),
                            trajectory.spec().startTokens(),
                            trajectory.flopsPerToken()));
        }
        return starts;
    }

    /** @throws IllegalStateException when there is none */
    static <K> long id(Map<K, Long> ids, K key) {
        Long id = ids.get(key);
        if (id == null) {
            throw new IllegalStateException("no row of " + key);
        }
        return id;
    }
}

package io.bitfrontier.service.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.run.Demand;
import io.bitfrontier.service.testing.RunBuilder;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.testing.Sweeping;
import io.bitfrontier.service.testing.Sweeping.Working;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Heartbeat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.MockMvc;

/**
 * Random sweeps that share runs at random are paused, resumed, cancelled, claimed, completed and failed at random; after each
 * step the service agrees with a model that knows nothing but sets.
 */
@ServiceTest
class SweepLifePropertyTest {
    private static final int SWEEPS = 4;
    private static final int RUNS = 10;
    private static final int STEPS = 40;

    @Autowired
    private MockMvc http;

    @Autowired
    private Workers workers;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private SweepLife life;

    @Autowired
    private Sweeps sweeps;

    @Autowired
    private Demand demand;

    private static final class ModelSweep {
        final UUID id;
        final int priority;
        boolean cancelled;
        boolean paused;
        boolean drains;

        ModelSweep(UUID id, int priority) {
            this.id = id;
            this.priority = priority;
        }

        boolean open() {
            return !cancelled && !paused;
        }
    }

    private static final class ModelRun {
        final long id;
        final int after;
        final List<ModelSweep> neededBy = new ArrayList<>();
        String state;

        ModelRun(long id, int after) {
            this.id = id;
            this.after = after;
            this.state = after < 0 ? "READY" : "PLANNED";
        }

        boolean living() {
            return state.equals("PLANNED") || state.equals("READY") || state.equals("RUNNING");
        }

        boolean claimable() {
            return state.equals("READY") && neededBy.stream().anyMatch(ModelSweep::open);
        }

        Stream<ModelSweep> openSweeps() {
            return neededBy.stream().filter(ModelSweep::open);
        }

        String command() {
            boolean goesOn = neededBy.stream().anyMatch(s -> !s.cancelled && (!s.paused || !s.drains));
            return state.equals("CANCELLED") ? "stop" : goesOn ? "continue" : "checkpoint-and-leave";
        }
    }

    private final List<ModelSweep> modelSweeps = new ArrayList<>();
    private final List<ModelRun> modelRuns = new ArrayList<>();
    private final Map<Integer, Working> running = new HashMap<>();

    @Test
    void whatIsPausedCancelledAndSharedAgreesWithSets() {
        for (int seed = 1; seed <= 8; seed++) {
            play(new Random(seed), "seed " + seed);
        }
    }

    private void play(Random random, String name) {
        modelSweeps.clear();
        modelRuns.clear();
        running.clear();
        jdbc.sql("UPDATE sweep SET cancelled_at = now()").update();
        for (int i = 0; i < SWEEPS; i++) {
            ModelSweep sweep = new ModelSweep(RunBuilder.aSweep(jdbc), random.nextInt(3));
            jdbc.sql("UPDATE sweep SET priority = ? WHERE id = ?")
                    .params(sweep.priority, sweep.id)
                    .update();
            modelSweeps.add(sweep);
        }
        List<Seeded> seeded = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            int after = i == 0 || random.nextInt(3) == 0 ? -1 : random.nextInt(i);
            boolean taken = after >= 0 && modelRuns.stream().anyMatch(run -> run.after == after);
            RunBuilder builder = RunBuilder.aRun().withCriticalPath(random.nextInt(5));
            int real = taken ? -1 : after;
            Seeded run = (real < 0 ? builder : builder.after(seeded.get(real)))
                    .neededBy(modelSweeps.get(0).id)
                    .insert(jdbc);
            jdbc.sql("DELETE FROM sweep_run WHERE run_id = ?").param(run.run()).update();
            seeded.add(run);
            modelRuns.add(new ModelRun(run.run(), real));
        }
        for (ModelSweep sweep : modelSweeps) {
            for (int i = 0; i < RUNS; i++) {
                if (random.nextInt(3) == 0) {
                    for (int needed = i; needed >= 0; needed = modelRuns.get(needed).after) {
                        need(sweep, modelRuns.get(needed));
                    }
                }
            }
        }
        for (ModelRun run : modelRuns) {
            if (run.neededBy.isEmpty()) {
                need(modelSweeps.get(0), run);
            }
        }
        for (int step = 0; step < STEPS; step++) {
            String did = step(random);
            agree(name + ", step " + step + ": " + did);
        }
    }

    private void need(ModelSweep sweep, ModelRun run) {
        if (!run.neededBy.contains(sweep)) {
            run.neededBy.add(sweep);
            RunBuilder.needs(jdbc, sweep.id, run.id);
        }
    }

    private String step(Random random) {
        ModelSweep sweep = modelSweeps.get(random.nextInt(SWEEPS));
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> {
                if (!sweep.cancelled) {
                    sweep.paused = true;
                    sweep.drains = random.nextBoolean();
                    life.pause(sweep.id, sweep.drains);
                }
                return "pause " + sweep.id;
            }
            case 3, 4 -> {
                if (!sweep.cancelled) {
                    sweep.paused = false;
                    life.resume(sweep.id);
                }
                return "resume " + sweep.id;
            }
            case 5 -> {
                sweep.cancelled = true;
                for (ModelRun run : modelRuns) {
                    if (run.living()
                            && run.neededBy.contains(sweep)
                            && run.neededBy.stream().allMatch(other -> other.cancelled)) {
                        run.state = "CANCELLED";
                    }
                }
                sweeps.cancel(sweep.id);
                return "cancel " + sweep.id;
            }
            case 6, 7, 8, 9 -> {
                claim();
                return "claim";
            }
            default -> {
                Optional<Integer> first = running.keySet().stream()
                        .filter(run -> modelRuns.get(run).state.equals("RUNNING"))
                        .findFirst();
                first.ifPresent(run -> end(run, random.nextInt(4) > 0));
                return "end " + first;
            }
        }
    }

    private void claim() {
        // Nothing ages: rank is priority.
        jdbc.sql("UPDATE sweep SET open_since = clock_timestamp()").update();
        List<ModelRun> claimable =
                modelRuns.stream().filter(ModelRun::claimable).toList();
        Optional<Working> claimed = new Sweeping(http, workers).claim();
        assertThat(claimed.isPresent()).isEqualTo(!claimable.isEmpty());
        if (claimed.isEmpty()) {
            return;
        }
        int highest = claimable.stream()
                .flatMap(ModelRun::openSweeps)
                .mapToInt(sweep -> sweep.priority)
                .max()
                .orElseThrow();
        int index = index(claimed.get().assignment().runId());
        ModelRun run = modelRuns.get(index);
        assertThat(run.claimable()).isTrue();
        UUID account = jdbc.sql("SELECT sweep_id FROM attempt WHERE id = ?")
                .param(claimed.get().assignment().attemptId())
                .query(UUID.class)
                .single();
        assertThat(run.openSweeps().filter(sweep -> sweep.priority == highest).map(sweep -> sweep.id))
                .as("the highest priority of the living, unpaused sweeps that need it")
                .contains(account);
        run.state = "RUNNING";
        running.put(index, claimed.get());
    }

    private int index(long id) {
        for (int i = 0; i < RUNS; i++) {
            if (modelRuns.get(i).id == id) {
                return i;
            }
        }
        throw new AssertionError("run " + id + " is of another game");
    }

    private void end(int index, boolean well) {
        Working working = Objects.requireNonNull(running.remove(index));
        ModelRun run = modelRuns.get(index);
        if (well) {
            working.complete();
            run.state = "SUCCEEDED";
            modelRuns.stream()
                    .filter(next -> next.after == index && next.state.equals("PLANNED"))
                    .forEach(next -> next.state = "READY");
        } else {
            working.fail("USER");
            run.state = "FAILED";
            for (int i = 0; i < RUNS; i++) {
                int before = modelRuns.get(i).after;
                if (before >= 0
                        && modelRuns.get(i).state.equals("PLANNED")
                        && modelRuns.get(before).state.equals("FAILED")) {
                    modelRuns.get(i).state = "FAILED";
                }
            }
        }
    }

    private void agree(String when) {
        Map<Long, String> expected = new TreeMap<>();
        modelRuns.forEach(run -> expected.put(run.id, run.state));
        Map<Long, String> stored = new TreeMap<>();
        jdbc.sql("SELECT id, state FROM run WHERE id >= ?")
                .param(modelRuns.get(0).id)
                .query(row -> {
                    stored.put(row.getLong("id"), row.getString("state"));
                });
        assertThat(stored).as(when).isEqualTo(expected);
        long claimable = modelRuns.stream().filter(ModelRun::claimable).count();
        assertThat(demand.readyByClass().getOrDefault("local", 0)).as(when).isEqualTo((int) claimable);
        running.forEach((index, working) -> assertThat(working.worker()
                        .send(working.assignment(), "heartbeat", new Heartbeat(1))
                        .json()
                        .path("command")
                        .asString(""))
                .as(when)
                .isEqualTo(modelRuns.get(index).command()));
    }
}

package io.bitfrontier.service.system;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Replicas whose workers are processes of this machine: each replica has its own, and a wire to them. */
final class LocalPlant implements Plant {
    private static final String WORKER_CLASS = "io.bitfrontier.trainer.Main";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Replicas replicas;
    private final List<Wire> wires = new ArrayList<>();

    LocalPlant(Path directory, int count, int workers) throws Exception {
        this(directory, count, workers, Map.of());
    }

    /**
     * @param workers of each replica
     * @param settings more of them, for each replica
     */
    LocalPlant(Path directory, int count, int workers, Map<String, String> settings) throws Exception {
        replicas = new Replicas(directory, count);
        for (int i = 0; i < count; i++) {
            Wire wire = new Wire(replicas.get(i).port());
            wires.add(wire);
            settings.forEach(replicas.get(i)::with);
            replicas.get(i)
                    .with("bitfrontier.launch.service-url", "http://127.0.0.1:" + wire.port())
                    .with("bitfrontier.launch.local.workers", Integer.toString(workers))
                    .with("bitfrontier.launch.local.class-path", Replicas.workerClassPath());
        }
        replicas.startAll();
    }

    @Override
    public Replicas replicas() {
        return replicas;
    }

    @Override
    public BusyWorker aBusyWorker(Random random) throws Exception {
        List<BusyWorker> found = new ArrayList<>();
        boolean any = Fault.waitUntil(PATIENCE, () -> {
            Map<Long, Integer> living = workers();
            replicas
                    .jdbc()
                    .sql("""
                            SELECT w.external_id, a.id FROM attempt a JOIN worker w ON w.id = a.worker_id
                            WHERE a.state = 'RUNNING' AND w.external_id IS NOT NULL
                            """)
                    .query((row, n) -> new BusyWorker(row.getString(1).replaceFirst(":.*", ""), row.getLong(2)))
                    .list()
                    .stream()
                    .filter(busy -> living.containsKey(Long.valueOf(busy.name())))
                    .forEach(found::add);
            return !found.isEmpty();
        });
        if (!any) {
            throw new AssertionError("no worker is busy");
        }
        return found.get(random.nextInt(found.size()));
    }

    /** The replica of each worker. */
    Map<Long, Integer> workers() throws IOException {
        Map<Long, Integer> all = new TreeMap<>();
        for (int i = 0; i < replicas.count(); i++) {
            for (long worker : Processes.workersBelow(replicas.get(i).home(), WORKER_CLASS)) {
                all.put(worker, i);
            }
        }
        return all;
    }

    @Override
    public void killWorker(String worker) {
        Processes.kill(Long.parseLong(worker));
    }

    @Override
    public void freezeWorker(String worker) throws Exception {
        Processes.freeze(Long.parseLong(worker));
    }

    @Override
    public void thawWorker(String worker) throws Exception {
        Processes.thaw(Long.parseLong(worker));
    }

    @Override
    public void cutOff(String worker) throws IOException {
        Integer replica = workers().get(Long.valueOf(worker));
        if (replica != null) {
            wires.get(replica).cut();
        }
    }

    @Override
    public void reconnect() {
        wires.forEach(Wire::mend);
    }

    @Override
    public void sendWorkersTo(int service) {
        // A worker has one replica.
    }

    @Override
    public List<String> orphans() throws IOException {
        List<String> rows = replicas.jdbc()
                .sql(
                        "SELECT external_id FROM worker WHERE state IN ('LAUNCHING', 'ACTIVE') AND external_id IS NOT NULL")
                .query(String.class)
                .list();
        return workers().keySet().stream()
                .filter(pid ->
                        rows.stream().filter(row -> row.startsWith(pid + ":")).count() != 1)
                .map(String::valueOf)
                .toList();
    }

    @Override
    public void heal() throws Exception {
        reconnect();
        replicas.startAll();
    }

    @Override
    public void close() throws Exception {
        replicas.killAll();
        for (long worker : workers().keySet()) {
            Processes.kill(worker);
        }
        for (Wire wire : wires) {
            wire.close();
        }
        replicas.close();
    }
}

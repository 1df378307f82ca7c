package io.bitfrontier.service.launch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A launcher whose workers live in a map. */
final class FakeLauncher implements Launcher {
    final Map<UUID, String> existing = Collections.synchronizedMap(new LinkedHashMap<>());
    final Map<UUID, String> tokens = new ConcurrentHashMap<>();
    final Map<UUID, Sighting> sightings = new HashMap<>();
    final Set<UUID> forgotten = new HashSet<>();
    int capacity = 2;
    int runsPerWorker;
    boolean unavailable;

    @Nullable
    String defaultClass;

    final Set<UUID> withheld = new HashSet<>();
    final List<UUID> asked = new ArrayList<>();

    void exit(UUID worker, int code) {
        existing.remove(worker);
        sightings.put(worker, Sighting.ended(code));
    }

    void vanish(UUID worker) {
        existing.remove(worker);
    }

    @Override
    public String kind() {
        return "local";
    }

    @Override
    public String installation() {
        return "test";
    }

    @Override
    public Map<String, ResourceClass> classes() {
        return Map.of("local", new ResourceClass("local", capacity, runsPerWorker, 0));
    }

    @Override
    public Optional<String> defaultClass() {
        return Optional.ofNullable(defaultClass);
    }

    @Override
    public boolean stopsWithService() {
        return true;
    }

    @Override
    public String launch(Launch launch) {
        existing.put(launch.worker(), "fake-" + launch.worker());
        tokens.put(launch.worker(), launch.token());
        return "fake-" + launch.worker();
    }

    @Override
    public Sighting look(UUID worker, @Nullable String externalId) {
        if (unavailable) {
            throw new LauncherUnavailableException("the API server is away");
        }
        Sighting seen = sightings.get(worker);
        if (seen != null) {
            return seen;
        }
        return Sighting.of(existing.containsKey(worker) ? Phase.RUNNING : Phase.GONE);
    }

    @Override
    public Map<UUID, String> discover() {
        return Map.copyOf(existing);
    }

    @Override
    public void terminate(String externalId) {
        existing.values().remove(externalId);
    }

    @Override
    public void kill(String externalId) {
        existing.values().remove(externalId);
    }

    @Override
    public void forget(UUID worker, String externalId) {
        forgotten.add(worker);
    }

    @Override
    public Optional<String> output(UUID worker, @Nullable String externalId) {
        asked.add(worker);
        if (withheld.contains(worker)) {
            throw new LauncherUnavailableException("its node does not answer");
        }
        return Optional.of("printed by " + worker);
    }

    @Override
    public void onChange(Runnable listener) {}
}

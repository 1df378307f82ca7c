package io.bitfrontier.service.launch;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A launcher whose workers live in a map. */
final class FakeLauncher implements Launcher {
    final Map<UUID, String> existing = new LinkedHashMap<>();
    final Map<UUID, String> tokens = new HashMap<>();
    final Map<UUID, Integer> exitCodes = new HashMap<>();
    int capacity = 2;

    void exit(UUID worker, int code) {
        existing.remove(worker);
        exitCodes.put(worker, code);
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
    public String resourceClass() {
        return "local";
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public String launch(Launch launch) {
        existing.put(launch.worker(), "fake-" + launch.worker());
        tokens.put(launch.worker(), launch.token());
        return "fake-" + launch.worker();
    }

    @Override
    public boolean isAlive(String externalId) {
        return existing.containsValue(externalId);
    }

    @Override
    public OptionalInt exitCode(UUID worker) {
        Integer code = exitCodes.get(worker);
        return code == null ? OptionalInt.empty() : OptionalInt.of(code);
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
    public @Nullable String hint(UUID worker) {
        return null;
    }

    @Override
    public void onExit(Runnable listener) {}
}

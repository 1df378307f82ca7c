package io.bitfrontier.service.analysis.web;

import io.bitfrontier.service.analysis.Frontier;
import io.bitfrontier.service.analysis.FrontierEstimate;
import io.bitfrontier.service.analysis.FrontierRequest;
import io.bitfrontier.service.analysis.Observation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/**
 * Frontiers by the exact set of observations and the request. Evaluations never change once stored, so an entry never goes
 * stale: a new observation makes a new key.
 */
@Component
class FrontierCache {
    private static final int ENTRIES = 64;

    private final Map<Key, Frontier> newest = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Frontier> eldest) {
            return size() > ENTRIES;
        }
    };

    /** The kept frontier, or the one of the observations, which are read only when they are needed. */
    Frontier get(
            UUID sweep, List<Long> evaluations, FrontierRequest request, Supplier<List<Observation>> observations) {
        Key key = new Key(sweep, List.copyOf(evaluations), request);
        synchronized (newest) {
            Frontier kept = newest.get(key);
            if (kept != null) {
                return kept;
            }
        }
        // Computed outside the lock: two callers at once compute the same numbers, and nobody else waits.
        Frontier computed = FrontierEstimate.of(observations.get(), request);
        synchronized (newest) {
            newest.put(key, computed);
        }
        return computed;
    }

    private record Key(UUID sweep, List<Long> evaluations, FrontierRequest request) {}
}

package io.bitfrontier.service.sweep.web;

import io.bitfrontier.service.run.SweepProgress;
import io.bitfrontier.service.run.SweepProgressQuery;
import io.bitfrontier.service.sweep.Sweep;
import io.bitfrontier.vocabulary.protocol.RunState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Counts how far sweeps have come, those that have ended once: being extended or retried makes them unfinished again. A list so
 * costs what its living sweeps cost, however many runs lie behind it.
 *
 * <p>Counts are remembered when every run in them has ended, since only then none changes any more: what a sweep knows of its
 * runs may lag behind their ends for as long as its queue is not settled, and a cancelled sweep may share runs with others.
 */
@Component
class SweepProgresses {
    private static final int MOST_REMEMBERED = 1_000;

    private final SweepProgressQuery query;
    private final Map<End, SweepProgress> ended = Collections.synchronizedMap(new Remembered());

    SweepProgresses(SweepProgressQuery query) {
        this.query = query;
    }

    /** A sweep that is extended has another end later. */
    private record End(UUID sweep, Instant at) {
        static @Nullable End of(Sweep sweep) {
            Instant finished = sweep.finishedAt();
            Instant at = finished != null ? finished : sweep.cancelledAt();
            return at == null ? null : new End(sweep.id(), at);
        }
    }

    /** The end that was asked for least recently goes first. */
    private static final class Remembered extends LinkedHashMap<End, SweepProgress> {
        private static final long serialVersionUID = 1;
        private static final float LOAD_FACTOR = 0.75f;

        private Remembered() {
            super(MOST_REMEMBERED, LOAD_FACTOR, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<End, SweepProgress> eldest) {
            return size() > MOST_REMEMBERED;
        }
    }

    SweepProgress of(Sweep sweep) {
        return of(List.of(sweep)).getOrDefault(sweep.id(), SweepProgress.NOTHING);
    }

    /** By the sweep's id. */
    Map<UUID, SweepProgress> of(List<Sweep> sweeps) {
        Map<UUID, SweepProgress> known = new HashMap<>();
        Map<UUID, End> ends = new HashMap<>();
        List<UUID> unknown = new ArrayList<>();
        for (Sweep sweep : sweeps) {
            End end = End.of(sweep);
            SweepProgress of = end == null ? null : ended.get(end);
            if (of != null) {
                known.put(sweep.id(), of);
                continue;
            }
            unknown.add(sweep.id());
            if (end != null) {
                ends.put(sweep.id(), end);
            }
        }
        query.of(unknown).forEach((sweep, of) -> {
            known.put(sweep, of);
            End end = ends.get(sweep);
            if (end != null && of.runs().keySet().stream().allMatch(RunState::isFinal)) {
                ended.put(end, of);
            }
        });
        return known;
    }
}

package io.bitfrontier.service.run;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What runs and has run on the accounts of sweeps. */
@Repository
public class SweepUses {
    private static final double SECONDS_PER_HOUR = 3600;

    private final JdbcClient jdbc;

    SweepUses(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What is on an account at this moment.
     *
     * @param workers attempts that run
     * @param gpuHours busy hours × GPUs of all attempts, those that came to nothing included
     */
    public record Use(int workers, double gpuHours) {}

    public Use of(UUID sweep) {
        return of(List.of(sweep)).getOrDefault(sweep, new Use(0, 0));
    }

    /** One entry per sweep that there is. */
    public Map<UUID, Use> of(Collection<UUID> sweeps) {
        Map<UUID, Use> uses = new LinkedHashMap<>();
        jdbc.sql("SELECT sweep_id, workers, gpu_seconds FROM sweep_use WHERE sweep_id = ANY(?)")
                .param(sweeps.toArray(UUID[]::new))
                .query(row -> {
                    uses.put(
                            row.getObject("sweep_id", UUID.class),
                            new Use(row.getInt("workers"), row.getDouble("gpu_seconds") / SECONDS_PER_HOUR));
                });
        return uses;
    }
}

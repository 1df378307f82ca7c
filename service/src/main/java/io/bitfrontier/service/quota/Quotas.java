package io.bitfrontier.service.quota;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.run.RunsReady;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The quotas of projects and what is used of them. Claims heed them in their own SQL; submissions here. */
@Service
public class Quotas {
    private static final double SECONDS_PER_HOUR = 3600;

    private final JdbcClient jdbc;
    private final ApplicationEventPublisher publisher;

    Quotas(JdbcClient jdbc, ApplicationEventPublisher publisher) {
        this.jdbc = jdbc;
        this.publisher = publisher;
    }

    /**
     * A project's quota beside what is used of it.
     *
     * @param workers that run now
     * @param gpuHoursOfMonth of attempts that ended in this month (UTC) or run
     * @param gpuHours of all attempts
     * @param livingSweeps neither finished nor cancelled
     */
    public record Standing(
            String project, Quota quota, int workers, double gpuHoursOfMonth, double gpuHours, int livingSweeps) {}

    /** @throws ProblemException NOT_FOUND */
    @Transactional(readOnly = true)
    public Standing of(String project) {
        return jdbc.sql("""
                        SELECT p.name, u.*, (
                          SELECT count(*) FROM sweep s
                          WHERE s.project_id = p.id AND s.finished_at IS NULL AND s.cancelled_at IS NULL
                            AND EXISTS (
                              SELECT 1 FROM sweep_run n JOIN run r ON r.id = n.run_id
                              WHERE n.sweep_id = s.id AND r.state IN ('PLANNED', 'READY', 'RUNNING'))) AS living
                        FROM project p JOIN project_use u ON u.project_id = p.id
                        WHERE p.name = ?
                        """)
                .param(project)
                .query((row, n) -> new Standing(
                        row.getString("name"),
                        new Quota(
                                row.getObject("max_workers", Integer.class),
                                row.getObject("gpu_hours_per_month", Double.class),
                                row.getObject("gpu_hours", Double.class),
                                row.getObject("max_living_sweeps", Integer.class)),
                        row.getInt("workers"),
                        row.getDouble("gpu_seconds_of_month") / SECONDS_PER_HOUR,
                        row.getDouble("gpu_seconds") / SECONDS_PER_HOUR,
                        row.getInt("living")))
                .optional()
                .orElseThrow(() -> ProblemException.notFound("project", project));
    }

    /**
     * Takes the place of the quota so far, which stays in the table.
     *
     * @param by whoever sets it
     * @throws ProblemException NOT_FOUND, INVALID with every violation
     */
    @Transactional
    public Standing set(String project, Quota quota, String by) {
        quota.check();
        Standing before = of(project);
        if (before.quota().equals(quota)) {
            return before;
        }
        jdbc.sql("""
                        INSERT INTO project_quota (project_id, max_workers, gpu_hours_per_month, gpu_hours, max_living_sweeps, set_by)
                        SELECT id, :workers, :month, :hours, :sweeps, :by FROM project WHERE name = :project
                        """)
                .param("workers", quota.maxWorkers(), java.sql.Types.INTEGER)
                .param("month", quota.gpuHoursPerMonth(), java.sql.Types.DOUBLE)
                .param("hours", quota.gpuHours(), java.sql.Types.DOUBLE)
                .param("sweeps", quota.maxLivingSweeps(), java.sql.Types.INTEGER)
                .param("by", by)
                .param("project", project)
                .update();
        publisher.publishEvent(new RunsReady());
        return of(project);
    }

    /**
     * Whether the project may have more to do. Call it under the lock of submissions.
     *
     * @param another whether another sweep is going to live
     * @throws ProblemException QUOTA_REACHED with the bound and what is used of it
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void requireRoom(String project, boolean another) {
        Standing standing = of(project);
        Quota quota = standing.quota();
        if (another) {
            refuse(project, "maxLivingSweeps", quota.maxLivingSweeps(), standing.livingSweeps(), "living sweeps");
        }
        refuse(project, "gpuHours", quota.gpuHours(), standing.gpuHours(), "GPU-hours");
        refuse(
                project,
                "gpuHoursPerMonth",
                quota.gpuHoursPerMonth(),
                standing.gpuHoursOfMonth(),
                "GPU-hours this month");
    }

    private static void refuse(String project, String field, @Nullable Number bound, Number used, String what) {
        if (bound != null && used.doubleValue() >= bound.doubleValue()) {
            throw new ProblemException(
                    ProblemCode.QUOTA_REACHED,
                    "The project " + project + " has used " + shown(used) + " of its " + shown(bound) + " " + what
                            + " (quota " + field + ")");
        }
    }

    private static String shown(Number number) {
        return number instanceof Integer ? number.toString() : String.format(Locale.ROOT, "%.2f", number.doubleValue());
    }
}

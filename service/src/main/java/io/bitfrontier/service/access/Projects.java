package io.bitfrontier.service.access;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The projects: which there are, which callers see, and to which things belong. */
@Service
public class Projects {
    private static final String NAME = "[a-z0-9][a-z0-9-]{0,62}";

    private final JdbcClient jdbc;

    Projects(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A project as stored. */
    public record Project(String name, Instant createdAt) {}

    /** A project, and whether this call made it. */
    public record Stored(Project project, boolean created) {}

    /**
     * Makes a project; harmless when it is there.
     *
     * @throws ProblemException INVALID for a name that is not allowed
     */
    @Transactional
    public Stored add(String name) {
        if (!name.matches(NAME)) {
            throw ProblemException.invalid(List.of(new Violation(
                    "project",
                    name,
                    "must be 1 to 63 lower-case letters, digits or '-', the first a letter or digit")));
        }
        int made = jdbc.sql("INSERT INTO project (name) VALUES (?) ON CONFLICT (name) DO NOTHING")
                .param(name)
                .update();
        Project project = jdbc.sql("SELECT name, created_at FROM project WHERE name = ?")
                .param(name)
                .query((row, n) -> project(row))
                .single();
        return new Stored(project, made == 1);
    }

    /** Those that the caller may see, by name, after the given one. */
    public List<Project> page(String after, int limit) {
        Visibility seen = visible();
        return jdbc.sql("""
                        SELECT name, created_at FROM project
                        WHERE name > :after AND (:everything OR id = ANY(:ids)) ORDER BY name LIMIT :limit
                        """)
                .param("after", after)
                .param("everything", seen.everything())
                .param("ids", seen.ids())
                .param("limit", limit)
                .query((row, n) -> project(row))
                .list();
    }

    private static Project project(ResultSet row) throws SQLException {
        return new Project(
                row.getString("name"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    /** What the current caller may see. */
    public Visibility visible() {
        return with(Role.VIEWER);
    }

    /** Where the current caller has at least this role. */
    Visibility with(Role role) {
        Grants grants = Callers.current().grants();
        return grants.everywhere(role) ? Visibility.EVERYTHING : new Visibility(false, ids(grants.named(role)));
    }

    private List<Long> ids(Set<String> names) {
        return jdbc.sql("SELECT id FROM project WHERE name = ANY(?) ORDER BY id")
                .param(names.toArray(String[]::new))
                .query(Long.class)
                .list();
    }

    Optional<Long> id(String name) {
        return jdbc.sql("SELECT id FROM project WHERE name = ?")
                .param(name)
                .query(Long.class)
                .optional();
    }

    Optional<String> ofSweep(UUID sweep) {
        return jdbc.sql("SELECT p.name FROM sweep s JOIN project p ON p.id = s.project_id WHERE s.id = ?")
                .param(sweep)
                .query(String.class)
                .optional();
    }

    /** Of every sweep that needs the run or needed it before; empty for an unknown run. */
    List<String> ofRun(long run) {
        return jdbc.sql("""
                        SELECT DISTINCT p.name
                        FROM (SELECT sweep_id FROM sweep_run WHERE run_id = :run
                              UNION ALL SELECT sweep_id FROM sweep_past_run WHERE run_id = :run) n
                        JOIN sweep s ON s.id = n.sweep_id JOIN project p ON p.id = s.project_id
                        ORDER BY p.name
                        """).param("run", run).query(String.class).list();
    }
}

package io.bitfrontier.service.dataset;

import io.bitfrontier.service.access.Audit;
import io.bitfrontier.service.access.Callers;
import io.bitfrontier.service.access.Projects;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.service.access.Visibility;
import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.DatasetManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.domain.Limit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** Registers data sets and finds them by name. */
@Service
public class Datasets {
    private static final String NAME = "[a-z0-9][a-z0-9._-]{0,62}";

    private final DatasetRepository repository;
    private final AllowedRoots roots;
    private final Projects projects;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Datasets(
            DatasetRepository repository,
            AllowedRoots roots,
            Projects projects,
            JdbcClient jdbc,
            TransactionTemplate transaction,
            Clock clock) {
        this.repository = repository;
        this.roots = roots;
        this.projects = projects;
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** A data set, and whether this call registered it. */
    public record Registered(Dataset dataset, boolean created) {}

    /**
     * Registers files by their content. The same name with the same content changes nothing but the path.
     *
     * @throws ProblemException INVALID for a name, path or project that is not allowed, CONFLICT when the name has other content,
     *     FORBIDDEN when the caller may not register data sets in the project
     */
    public Registered add(String project, String name, String path) {
        Audit.about(project, "data set " + name);
        List<Violation> violations = new ArrayList<>();
        // A project that the caller may not see is none.
        if (!Callers.current().has(Role.VIEWER, project) || projectId(project).isEmpty()) {
            violations.add(new Violation("project", project, "there is no such project"));
        } else {
            Callers.current().require(Role.RESEARCHER, project);
        }
        if (!name.matches(NAME)) {
            violations.add(new Violation(
                    "name",
                    name,
                    "must be 1 to 63 lower-case letters, digits, '.', '_' or '-', the first a letter or digit"));
        } else if (name.equals(DataSpec.SYNTHETIC)) {
            violations.add(new Violation("name", name, "is the name of the built-in language"));
        }
        Path real = null;
        try {
            real = roots.resolve(path);
        } catch (ProblemException e) {
            violations.addAll(e.violations());
        }
        if (real == null || !violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
        DatasetManifest manifest = manifest(path, real);
        try {
            return store(project, name, real, manifest);
        } catch (DataIntegrityViolationException e) {
            // Somebody registered the name in between; now it is there to compare with.
            return store(project, name, real, manifest);
        }
    }

    private static DatasetManifest manifest(String path, Path real) {
        try {
            DatasetManifest manifest = DatasetManifest.of(real);
            if (manifest.bytes() == 0) {
                throw ProblemException.invalid(List.of(new Violation("path", path, "holds no byte of text")));
            }
            return manifest;
        } catch (IOException e) {
            throw ProblemException.invalid(List.of(new Violation("path", path, "cannot be read")));
        } catch (IllegalArgumentException e) {
            String message = e.getMessage();
            throw ProblemException.invalid(
                    List.of(new Violation("path", path, message == null ? "is not a data set" : message)));
        }
    }

    private Registered store(String project, String name, Path real, DatasetManifest manifest) {
        Registered registered = transaction.execute(status -> {
            long projectId = projectId(project).orElseThrow();
            Optional<Dataset> existing = repository.findByProjectIdAndName(projectId, name);
            if (existing.isEmpty()) {
                String submitter = Callers.current().subject();
                Dataset fresh = new Dataset(projectId, name, real, manifest, submitter, clock);
                return new Registered(repository.saveAndFlush(fresh), true);
            }
            Dataset dataset = existing.get();
            if (!dataset.holds(manifest)) {
                throw new ProblemException(
                        ProblemCode.CONFLICT,
                        "The data set " + name + " has other content: its manifest is " + dataset.manifestSha256()
                                + ", that of " + real + " is " + manifest.sha256());
            }
            dataset.moveTo(real);
            return new Registered(dataset, false);
        });
        if (registered == null) {
            throw new IllegalStateException("a transaction that returns something returned nothing");
        }
        return registered;
    }

    public Optional<DataSpec> find(String project, String name) {
        return projectId(project)
                .flatMap(id -> repository.findByProjectIdAndName(id, name))
                .map(Dataset::spec);
    }

    /** Those that the caller may see by name and project, after the given key; null for the first page. */
    public List<Dataset> list(@Nullable Position after, int limit) {
        Visibility seen = projects.visible();
        Position from = after == null ? new Position("", 0) : after;
        return seen.everything()
                ? repository.findAfter(from.name(), from.project(), Limit.of(limit))
                : repository.findAfterIn(seen.projects(), from.name(), from.project(), Limit.of(limit));
    }

    /** The key of the list of data sets. */
    public record Position(String name, long project) {}

    /** Name of a data set's project. */
    public String projectOf(Dataset dataset) {
        return jdbc.sql("SELECT name FROM project WHERE id = ?")
                .param(dataset.projectId())
                .query(String.class)
                .single();
    }

    private Optional<Long> projectId(String name) {
        return jdbc.sql("SELECT id FROM project WHERE name = ?")
                .param(name)
                .query(Long.class)
                .optional();
    }
}

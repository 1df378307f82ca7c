package io.bitfrontier.service.dataset;

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
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.domain.Limit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** Registers data sets and finds them by name. */
@Service
public class Datasets {
    private static final String NAME = "[a-z0-9][a-z0-9._-]{0,62}";
    private static final String PROJECT = "default";
    private static final String SUBMITTER = "local";

    private final DatasetRepository repository;
    private final AllowedRoots roots;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Datasets(
            DatasetRepository repository,
            AllowedRoots roots,
            JdbcClient jdbc,
            TransactionTemplate transaction,
            Clock clock) {
        this.repository = repository;
        this.roots = roots;
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** A data set, and whether this call registered it. */
    public record Registered(Dataset dataset, boolean created) {}

    /**
     * Registers files by their content. The same name with the same content changes nothing but the path.
     *
     * @throws ProblemException INVALID for a name or path that is not allowed, CONFLICT when the name has other content
     */
    public Registered add(String name, String path) {
        List<Violation> violations = new ArrayList<>();
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
            return store(name, real, manifest);
        } catch (DataIntegrityViolationException e) {
            // Somebody registered the name in between; now it is there to compare with.
            return store(name, real, manifest);
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

    private Registered store(String name, Path real, DatasetManifest manifest) {
        Registered registered = transaction.execute(status -> {
            long project = projectId(PROJECT).orElseThrow();
            Optional<Dataset> existing = repository.findByProjectIdAndName(project, name);
            if (existing.isEmpty()) {
                Dataset fresh = new Dataset(project, name, real, manifest, SUBMITTER, clock);
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

    /** By name, after the given one. */
    public List<Dataset> list(String after, int limit) {
        return repository.findByNameGreaterThanOrderByName(after, Limit.of(limit));
    }

    private Optional<Long> projectId(String name) {
        return jdbc.sql("SELECT id FROM project WHERE name = ?")
                .param(name)
                .query(Long.class)
                .optional();
    }
}

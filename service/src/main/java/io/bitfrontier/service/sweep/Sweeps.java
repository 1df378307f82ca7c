package io.bitfrontier.service.sweep;

import io.bitfrontier.service.access.Audit;
import io.bitfrontier.service.access.Caller;
import io.bitfrontier.service.access.Callers;
import io.bitfrontier.service.access.Projects;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.service.access.Visibility;
import io.bitfrontier.service.dataset.Datasets;
import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.quota.Quotas;
import io.bitfrontier.service.run.DeviceTime;
import io.bitfrontier.service.run.ResourceClassNames;
import io.bitfrontier.service.run.RunCancellation;
import io.bitfrontier.service.run.RunOutlook;
import io.bitfrontier.service.run.RunRegistry;
import io.bitfrontier.service.run.Throughputs;
import io.bitfrontier.vocabulary.work.DataSpec;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.domain.Limit;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** Plans, submits, finds and cancels sweeps. */
@Service
public class Sweeps {
    private static final Logger log = LoggerFactory.getLogger(Sweeps.class);
    private static final Instant AFTER_ALL = Instant.parse("9999-01-01T00:00:00Z");
    private static final UUID LAST_ID = new UUID(-1, -1);

    private final SweepRepository repository;
    private final RunRegistry registry;
    private final RunCancellation cancellation;
    private final RunOutlook outlook;
    private final Throughputs throughputs;
    private final PointRows points;
    private final SweepEvents events;
    private final Quotas quotas;
    private final Corpora corpora;
    private final Projects projects;
    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final Clock clock;
    /** Projects keep their names; a list of sweeps asks once and not once per sweep. */
    private final Map<Long, String> projectNames = new ConcurrentHashMap<>();

    Sweeps(
            SweepRepository repository,
            RunRegistry registry,
            RunCancellation cancellation,
            RunOutlook outlook,
            Throughputs throughputs,
            PointRows points,
            SweepEvents events,
            Quotas quotas,
            Datasets datasets,
            Projects projects,
            ResourceClassNames classes,
            JdbcClient jdbc,
            JsonMapper json,
            Clock clock) {
        this.repository = repository;
        this.registry = registry;
        this.cancellation = cancellation;
        this.outlook = outlook;
        this.throughputs = throughputs;
        this.points = points;
        this.events = events;
        this.quotas = quotas;
        this.corpora = corporaOf(datasets, classes);
        this.projects = projects;
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /** A sweep, and whether this submission stored it. */
    public record Submission(Sweep sweep, boolean created) {}

    /**
     * A plan beside what is there already.
     *
     * @param time device-hours of the whole plan; empty where no run of its resource class was measured
     * @param timeToTrain those of the runs that would be new
     */
    public record Preview(
            PlannedSweep planned,
            RunOutlook.Outlook outlook,
            Optional<DeviceTime> time,
            Optional<DeviceTime> timeToTrain) {
        /** What neither has to be trained nor is on its way. */
        public long tokensAlreadyTrained() {
            return Math.max(
                    0, planned.plan().totals().tokensPlanned() - outlook.tokensUnderway() - outlook.tokensToTrain());
        }
    }

    /**
     * How many points the grid of a document has before any is dropped.
     *
     * @throws ProblemException INVALID with every violation
     */
    public long size(String text) {
        return SweepReader.read(text, corpora).grid().size();
    }

    /**
     * How many points the grid of a stored sweep has before any is dropped.
     *
     * @throws ProblemException NOT_FOUND
     */
    public long size(UUID id) {
        return size(get(id).document());
    }

    /**
     * Plans a document without storing anything.
     *
     * @throws ProblemException INVALID with every violation
     */
    public Preview plan(String text) {
        PlannedSweep planned = PlannedSweep.of(SweepReader.read(text, corpora));
        RunOutlook.Outlook there = outlook.of(planned.work());
        String resourceClass = planned.document().resourceClass();
        return new Preview(
                planned,
                there,
                throughputs.timeOf(there.all(), resourceClass),
                throughputs.timeOf(there.added(), resourceClass));
    }

    /**
     * Reads and plans.
     *
     * @throws ProblemException INVALID with every violation
     */
    PlannedSweep read(String text) {
        return PlannedSweep.of(SweepReader.read(text, corpora));
    }

    /**
     * Stores a sweep with everything it needs, in one transaction. The same name with the same document is the same sweep.
     *
     * @throws ProblemException INVALID with every violation, CONFLICT when the name has another document, FORBIDDEN when the caller
     *     may not submit to its project
     */
    @Transactional
    public Submission submit(String text) {
        SweepDocument document = SweepReader.read(text, corpora);
        Caller caller = changing(document);
        PlannedSweep planned = PlannedSweep.of(document);
        registry.lock();
        long project = projectId(document.project()).orElseThrow();
        Optional<Sweep> existing = find(document);
        if (existing.isPresent()) {
            if (!existing.get().isOf(document)) {
                throw new ProblemException(
                        ProblemCode.CONFLICT,
                        "The sweep " + document.name()
                                + " exists with another document; give this one another name, or extend it if this one only adds");
            }
            return new Submission(existing.get(), false);
        }
        quotas.requireRoom(document.project(), true);
        Sweep sweep = repository.saveAndFlush(new Sweep(
                project,
                document.name(),
                caller.subject(),
                json.writeValueAsString(document.content()),
                document.sha256(),
                json.writeValueAsString(planned.summary()),
                document.limits(),
                clock));
        Audit.about(document.project(), "sweep " + sweep.id());
        String who = caller.subject();
        events.record(sweep.id(), SweepEvents.SUBMITTED, who, "the sweep was submitted", sweep.document());
        RunRegistry.Registered registered =
                registry.register(sweep.id(), planned.work(), who, "sweep " + document.name() + " needs it");
        points.insert(sweep.id(), planned.plan(), registered.stateIds());
        log.info(
                "sweep {} {} stored: {} points, {} new runs",
                sweep.id(),
                sweep.name(),
                planned.plan().points().size(),
                registered.newRuns());
        return new Submission(sweep, true);
    }

    /**
     * The caller, who may change the sweeps of the document's project.
     *
     * @throws ProblemException FORBIDDEN
     */
    static Caller changing(SweepDocument document) {
        Caller caller = Callers.current();
        Audit.about(document.project(), "sweep " + document.name());
        caller.require(Role.RESEARCHER, document.project());
        return caller;
    }

    /** The sweep of the document's project and name. */
    Optional<Sweep> find(SweepDocument document) {
        return projectId(document.project())
                .flatMap(project -> repository.findByProjectIdAndName(project, document.name()));
    }

    /** Cancels a sweep and the runs that no other sweep needs. */
    @Transactional
    public Sweep cancel(UUID id) {
        registry.lock();
        Sweep sweep = get(id);
        String who = Callers.current().subject();
        if (sweep.cancelledAt() == null) {
            sweep.cancel(clock);
            repository.saveAndFlush(sweep);
            events.record(id, SweepEvents.CANCELLED, who, "the sweep was cancelled", null);
        }
        cancellation.cancelUnneeded(id, who, "sweep " + sweep.name() + " was cancelled");
        return sweep;
    }

    /** @throws ProblemException NOT_FOUND */
    public Sweep get(UUID id) {
        return repository.findById(id).orElseThrow(() -> ProblemException.notFound("sweep", id));
    }

    /**
     * Those that the caller may see, newest first.
     *
     * @param name exactly; null for every name
     * @param after this key; null for the first page
     */
    public List<Sweep> list(@Nullable String name, @Nullable Position after, int limit) {
        Visibility seen = projects.visible();
        Instant before = after == null ? AFTER_ALL : after.createdAt();
        UUID id = after == null ? LAST_ID : after.id();
        return seen.everything()
                ? repository.findBefore(name, before, id, Limit.of(limit))
                : repository.findBeforeIn(seen.projects(), name, before, id, Limit.of(limit));
    }

    /** The key of the list of sweeps. */
    public record Position(Instant createdAt, UUID id) {}

    private Corpora corporaOf(Datasets datasets, ResourceClassNames classes) {
        return new Corpora() {
            @Override
            public boolean hasProject(String name) {
                // One that the caller may not see is none.
                return Callers.current().has(Role.VIEWER, name)
                        && projectId(name).isPresent();
            }

            @Override
            public Optional<DataSpec> find(String project, String name) {
                return hasProject(project) ? datasets.find(project, name) : Optional.empty();
            }

            @Override
            public ResourceClassNames resourceClasses() {
                return classes;
            }
        };
    }

    private Optional<Long> projectId(String name) {
        return jdbc.sql("SELECT id FROM project WHERE name = ?")
                .param(name)
                .query(Long.class)
                .optional();
    }

    /** Name of a sweep's project. */
    public String projectOf(Sweep sweep) {
        return projectNames.computeIfAbsent(sweep.projectId(), id -> jdbc.sql("SELECT name FROM project WHERE id = ?")
                .param(id)
                .query(String.class)
                .single());
    }
}

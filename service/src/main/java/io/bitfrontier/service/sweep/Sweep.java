package io.bitfrontier.service.sweep;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A submitted sweep. Its document changes by an extension alone, and cancelled it stays until it is retried. Whoever changes it
 * holds the lock of the registry, so that changes happen one after another.
 */
@Entity
@Table(name = "sweep")
public class Sweep {
    @Id
    private UUID id;

    /** Null until stored, which is how Spring Data tells a new sweep from a stored one. */
    @Version
    private @Nullable Long version;

    @Column(nullable = false, updatable = false)
    private long projectId;

    @Column(nullable = false, updatable = false)
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private String name;

    @Column(nullable = false, updatable = false)
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private String submitter;

    @Column(nullable = false)
    @JdbcTypeCode(SqlTypes.JSON)
    private String document;

    @Column(name = "document_sha256", nullable = false, length = 64)
    @JdbcTypeCode(SqlTypes.CHAR)
    private String documentSha256;

    @Column(nullable = false)
    @JdbcTypeCode(SqlTypes.JSON)
    private String plan;

    @Column(nullable = false, updatable = false)
    private Instant createdAt;

    private @Nullable Instant cancelledAt;

    @Column(nullable = false)
    private int priority;

    private @Nullable Integer maxWorkers;

    private @Nullable Double gpuHours;

    private @Nullable Instant deadline;

    @Column(nullable = false)
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private String keepStates;

    private @Nullable Instant pausedAt;

    @Column(nullable = false)
    private boolean pauseDrains = true;

    @Column(nullable = false)
    private Instant openSince;

    private @Nullable Instant stoppedAt;

    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private @Nullable String stopReason;

    private @Nullable Instant finishedAt;

    /** For JPA. */
    protected Sweep() {
        this(0, "", "", "{}", "", "{}", SweepLimits.NONE, Clock.systemUTC());
    }

    Sweep(
            long projectId,
            String name,
            String submitter,
            String document,
            String documentSha256,
            String plan,
            SweepLimits limits,
            Clock clock) {
        this.id = UUID.randomUUID();
        this.projectId = projectId;
        this.name = name;
        this.submitter = submitter;
        this.document = document;
        this.documentSha256 = documentSha256;
        this.plan = plan;
        this.createdAt = now(clock);
        this.openSince = createdAt;
        this.keepStates = limits.keep().label();
        set(limits);
    }

    private static Instant now(Clock clock) {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    boolean isOf(SweepDocument other) {
        return documentSha256.equals(other.sha256());
    }

    /** Marks the sweep cancelled; the first time counts. */
    void cancel(Clock clock) {
        if (cancelledAt == null) {
            cancelledAt = now(clock);
        }
    }

    /**
     * Nothing of it is claimed any more.
     *
     * @param drain whether what runs goes to its next checkpoint only
     * @return whether that changes anything
     */
    boolean pause(boolean drain, Clock clock) {
        boolean changes = pausedAt == null || pauseDrains != drain;
        if (pausedAt == null) {
            pausedAt = now(clock);
        }
        pauseDrains = drain;
        return changes;
    }

    /** Takes its place in the queue again; whether it was paused. */
    boolean resume(Clock clock) {
        boolean paused = pausedAt != null;
        if (paused) {
            pausedAt = null;
            openSince = now(clock);
        }
        return paused;
    }

    /** Something of it is to be done again, or for the first time. */
    void reopen(Clock clock) {
        cancelledAt = null;
        finishedAt = null;
        openSince = now(clock);
    }

    /** A larger document takes the place of the one so far. */
    void extend(SweepDocument larger, JsonMapper json, PlanSummary summary, Clock clock) {
        document = json.writeValueAsString(larger.content());
        documentSha256 = larger.sha256();
        plan = json.writeValueAsString(summary);
        reopen(clock);
    }

    /** Other limits: whether one of them is reached is found anew, and a sweep that was stopped takes its place in the queue again. */
    void limit(SweepLimits limits, Clock clock) {
        if (stoppedAt != null) {
            openSince = now(clock);
        }
        stoppedAt = null;
        stopReason = null;
        set(limits);
    }

    private void set(SweepLimits limits) {
        priority = limits.priority();
        maxWorkers = limits.maxWorkers();
        gpuHours = limits.gpuHours();
        deadline = limits.deadline();
        keepStates = limits.keep().label();
    }

    public UUID id() {
        return id;
    }

    long projectId() {
        return projectId;
    }

    public String name() {
        return name;
    }

    public String submitter() {
        return submitter;
    }

    /** The document as JSON. */
    public String document() {
        return document;
    }

    /** A {@link PlanSummary} as JSON. */
    public String plan() {
        return plan;
    }

    public Instant createdAt() {
        return createdAt;
    }

    public @Nullable Instant cancelledAt() {
        return cancelledAt;
    }

    /** When none of its runs was living any more; null until then, and again when it is extended or retried. */
    public @Nullable Instant finishedAt() {
        return finishedAt;
    }

    boolean isFinished() {
        return finishedAt != null;
    }

    public @Nullable Instant pausedAt() {
        return pausedAt;
    }

    public @Nullable Instant stoppedAt() {
        return stoppedAt;
    }

    /** Which limit is reached, in one sentence. */
    public @Nullable String stopReason() {
        return stopReason;
    }

    public SweepLimits limits() {
        return new SweepLimits(
                priority,
                maxWorkers,
                gpuHours,
                deadline,
                KeepStates.of(keepStates).orElseThrow());
    }
}

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

/** A submitted sweep: its document never changes, and once cancelled it stays so. */
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

    @Column(nullable = false, updatable = false)
    @JdbcTypeCode(SqlTypes.JSON)
    private String document;

    @Column(name = "document_sha256", nullable = false, updatable = false, length = 64)
    @JdbcTypeCode(SqlTypes.CHAR)
    private String documentSha256;

    @Column(nullable = false, updatable = false)
    @JdbcTypeCode(SqlTypes.JSON)
    private String plan;

    @Column(nullable = false, updatable = false)
    private Instant createdAt;

    private @Nullable Instant cancelledAt;

    /** For JPA. */
    protected Sweep() {
        this(0, "", "", "{}", "", "{}", Clock.systemUTC());
    }

    Sweep(
            long projectId,
            String name,
            String submitter,
            String document,
            String documentSha256,
            String plan,
            Clock clock) {
        this.id = UUID.randomUUID();
        this.projectId = projectId;
        this.name = name;
        this.submitter = submitter;
        this.document = document;
        this.documentSha256 = documentSha256;
        this.plan = plan;
        this.createdAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    boolean isOf(SweepDocument other) {
        return documentSha256.equals(other.sha256());
    }

    /** Marks the sweep cancelled; the first time counts. */
    void cancel(Clock clock) {
        if (cancelledAt == null) {
            cancelledAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
        }
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
}

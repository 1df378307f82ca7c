package io.bitfrontier.service.dataset;

import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.DatasetManifest;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A registered data set. What it holds never changes: other content is another data set. */
@Entity
@Table(name = "dataset")
public class Dataset {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    @Column(nullable = false, updatable = false)
    private long projectId;

    @Column(nullable = false, updatable = false)
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private String name;

    @Column(nullable = false)
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private String path;

    @Column(name = "manifest_sha256", nullable = false, updatable = false, length = 64)
    @JdbcTypeCode(SqlTypes.CHAR)
    private String manifestSha256;

    @Column(nullable = false, updatable = false)
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private String tokenizer;

    @Column(nullable = false, updatable = false)
    private int files;

    @Column(nullable = false, updatable = false)
    private long bytes;

    @Column(nullable = false, updatable = false)
    private long tokens;

    @Column(nullable = false, updatable = false)
    @JdbcTypeCode(SqlTypes.LONG32VARCHAR)
    private String submitter;

    @Column(nullable = false, updatable = false)
    private Instant createdAt;

    /** For JPA. */
    protected Dataset() {
        this(0, "", Path.of(""), new DatasetManifest("", 0, 0, 0), "", Clock.systemUTC());
    }

    Dataset(long projectId, String name, Path path, DatasetManifest manifest, String submitter, Clock clock) {
        this.projectId = projectId;
        this.name = name;
        this.path = path.toString();
        this.manifestSha256 = manifest.sha256();
        this.tokenizer = DataSpec.BYTE_TOKENIZER;
        this.files = manifest.files();
        this.bytes = manifest.bytes();
        this.tokens = manifest.tokens();
        this.submitter = submitter;
        this.createdAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    boolean holds(DatasetManifest manifest) {
        return manifestSha256.equals(manifest.sha256());
    }

    /** The same content lies somewhere else now. */
    void moveTo(Path newPath) {
        this.path = newPath.toString();
    }

    DataSpec spec() {
        return new DataSpec(name, manifestSha256, tokenizer, 0, path);
    }

    /** Id of its project. */
    public long projectId() {
        return projectId;
    }

    public String name() {
        return name;
    }

    public String path() {
        return path;
    }

    public String manifestSha256() {
        return manifestSha256;
    }

    public String tokenizer() {
        return tokenizer;
    }

    public int files() {
        return files;
    }

    public long bytes() {
        return bytes;
    }

    public long tokens() {
        return tokens;
    }

    public Instant createdAt() {
        return createdAt;
    }
}

package io.bitfrontier.service.artifact;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.Violation;
import io.bitfrontier.service.run.ArtifactUris;
import io.bitfrontier.service.run.AttemptFencedException;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadedParts;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import software.amazon.awssdk.core.exception.SdkException;

/** Which objects an attempt may read and write: what its assignment begins from, and what lies in its own directory. */
@Service
class Transfers {
    private static final int MOST_FILES = 1000;
    private static final int MOST_PARTS = 10_000;
    private static final long MOST_BYTES = 5L << 40;
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");

    private final JdbcClient jdbc;
    private final ObjectProvider<S3Store> store;

    Transfers(JdbcClient jdbc, ObjectProvider<S3Store> store) {
        this.jdbc = jdbc;
        this.store = store;
    }

    DownloadReply download(long attempt, DownloadRequest request) {
        S3Store s3 = store();
        requireRunning(attempt);
        List<Violation> violations = new ArrayList<>();
        List<String> names = request.names() == null ? List.of() : request.names();
        if (names.isEmpty() || names.size() > MOST_FILES) {
            violations.add(new Violation("names", Integer.toString(names.size()), "must be 1 to " + MOST_FILES));
        }
        names.stream()
                .filter(name -> name == null || !FILE_NAME.matcher(name).matches())
                .forEach(name -> violations.add(new Violation("names", name, "must be names of files")));
        if (!mayRead(attempt, request.checkpoint())) {
            violations.add(new Violation(
                    "checkpoint", request.checkpoint(), "must be a checkpoint that the attempt's assignment names"));
        }
        refuse(violations);
        if (!s3.holds(request.checkpoint())) {
            throw new ProblemException(
                    ProblemCode.NOT_FOUND, request.checkpoint() + " lies in another artifact store than this one");
        }
        return available(() -> new DownloadReply(names.stream()
                .map(name -> s3.download(request.checkpoint() + "/" + name))
                .toList()));
    }

    UploadReply upload(long attempt, UploadRequest request) {
        S3Store s3 = store();
        List<Violation> violations = new ArrayList<>(own(attempt, request.uri()));
        if (request.bytes() < 0 || request.bytes() > MOST_BYTES) {
            violations.add(new Violation("bytes", Long.toString(request.bytes()), "must be 0 to " + MOST_BYTES));
        }
        refuse(violations);
        return available(() -> s3.upload(request.uri(), request.bytes()));
    }

    void uploaded(long attempt, UploadedParts parts) {
        S3Store s3 = store();
        List<Violation> violations = new ArrayList<>(own(attempt, parts.uri()));
        int count = parts.etags() == null ? 0 : parts.etags().size();
        if (count < 1 || count > MOST_PARTS) {
            violations.add(new Violation("etags", Integer.toString(count), "must be 1 to " + MOST_PARTS));
        }
        if (parts.uploadId() == null || parts.uploadId().isBlank()) {
            violations.add(new Violation("uploadId", parts.uploadId(), "must be the one that was given"));
        }
        refuse(violations);
        available(() -> {
            s3.assemble(parts);
            return true;
        });
    }

    private S3Store store() {
        S3Store s3 = store.getIfAvailable();
        if (s3 == null) {
            throw new ProblemException(
                    ProblemCode.NOT_FOUND,
                    "The artifact store of this installation is a directory: nothing is transferred");
        }
        return s3;
    }

    private List<Violation> own(long attempt, @Nullable String uri) {
        String directory = requireRunning(attempt);
        String name = uri == null ? "" : uri.substring(uri.lastIndexOf('/') + 1);
        return uri != null
                        && ArtifactUris.isWithin(directory, uri)
                        && FILE_NAME.matcher(name).matches()
                ? List.of()
                : List.of(new Violation("uri", uri, "must be a file in the attempt's directory " + directory));
    }

    /** The attempt's directory. */
    private String requireRunning(long attempt) {
        return jdbc.sql("SELECT artifact_uri FROM attempt WHERE id = ? AND state = 'RUNNING'")
                .param(attempt)
                .query(String.class)
                .optional()
                .orElseThrow(() -> new AttemptFencedException(attempt));
    }

    private boolean mayRead(long attempt, @Nullable String checkpoint) {
        return checkpoint != null
                && jdbc.sql("""
                        SELECT EXISTS (
                          SELECT 1 FROM attempt a
                          JOIN run r ON r.id = a.run_id
                          JOIN state target ON target.id = r.target_state_id
                          JOIN trajectory t ON t.id = target.trajectory_id
                          LEFT JOIN state start ON start.id = r.start_state_id
                          LEFT JOIN state reference ON reference.id = t.start_state_id
                          WHERE a.id = :attempt
                            AND (:uri IN (target.checkpoint_uri, start.checkpoint_uri, reference.checkpoint_uri)
                              OR EXISTS (SELECT 1 FROM checkpoint c WHERE c.run_id = r.id AND c.uri = :uri)
                              OR EXISTS (SELECT 1 FROM checkpoint c WHERE c.id = resume_checkpoint(r.id) AND c.uri = :uri)))
                        """)
                        .param("attempt", attempt)
                        .param("uri", checkpoint)
                        .query(Boolean.class)
                        .single();
    }

    private static void refuse(List<Violation> violations) {
        if (!violations.isEmpty()) {
            throw ProblemException.invalid(violations);
        }
    }

    private interface Call<T> {
        T run();
    }

    private static <T> T available(Call<T> call) {
        try {
            return call.run();
        } catch (SdkException e) {
            throw new ProblemException(
                    ProblemCode.UNAVAILABLE, "The artifact store does not answer: " + e.getMessage());
        }
    }
}

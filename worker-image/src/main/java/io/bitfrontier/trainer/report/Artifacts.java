package io.bitfrontier.trainer.report;

import io.bitfrontier.trainer.report.Reply.Status;
import io.bitfrontier.trainer.train.WorkFailedException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.EvaluateWork;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadedParts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The artifacts of one attempt, as files of this machine. Where worker and service share a file system nothing moves; otherwise
 * checkpoints are fetched before the work and published after they were written, through URLs that the service signs.
 *
 * <p>Published checkpoints keep their manifest, so what is fetched is verified against the hash that the database holds.
 */
final class Artifacts {
    private static final String MANIFEST = "manifest.json";
    private static final int FETCH_ATTEMPTS = 5;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String attemptUri;
    private final ServiceClient.AttemptChannel channel;
    private final LocalCopies copies;
    private final FileTransfer transfer;
    private final Ticker ticker;
    private final Path directory;

    Artifacts(
            Assignment assignment,
            ServiceClient.AttemptChannel channel,
            LocalCopies copies,
            FileTransfer transfer,
            Ticker ticker) {
        this.attemptUri = assignment.artifactUri();
        this.channel = channel;
        this.copies = copies;
        this.transfer = transfer;
        this.ticker = ticker;
        this.directory =
                isFile(attemptUri) ? Path.of(URI.create(attemptUri)) : copies.attemptDirectory(assignment.attemptId());
        copies.keepOnly(needed(assignment));
    }

    private static Set<String> needed(Assignment assignment) {
        TrainWork train = assignment.train();
        EvaluateWork evaluate = assignment.evaluate();
        return Stream.of(
                        train == null ? null : train.from(),
                        train == null ? null : train.resume(),
                        evaluate == null ? null : evaluate.checkpoint(),
                        evaluate == null ? null : evaluate.reference())
                .filter(Objects::nonNull)
                .map(StoredCheckpoint::uri)
                .collect(Collectors.toSet());
    }

    private static boolean isFile(String uri) {
        return uri.startsWith("file:");
    }

    /** Where this attempt writes on this machine. */
    Path directory() {
        return directory;
    }

    /**
     * The work with every checkpoint that it begins from on this machine.
     *
     * @param held the state that is still in memory and therefore not fetched; null for none
     * @throws WorkFailedException of class PLATFORM when one cannot be fetched
     */
    TrainWork fetch(TrainWork work, @Nullable StoredCheckpoint held) {
        StoredCheckpoint from = work.from();
        StoredCheckpoint resume = work.resume();
        if (resume != null) {
            resume = fetch(resume, held);
        } else if (from != null) {
            from = fetch(from, held);
        }
        return new TrainWork(
                work.trajectory(), work.fromTokens(), work.toTokens(), from, resume, work.checkpointSeconds());
    }

    EvaluateWork fetch(EvaluateWork work) {
        StoredCheckpoint reference = work.reference();
        return new EvaluateWork(
                work.trajectory(),
                work.tokens(),
                fetch(work.checkpoint(), null),
                reference == null ? null : fetch(reference, null),
                work.evaluation());
    }

    private StoredCheckpoint fetch(StoredCheckpoint checkpoint, @Nullable StoredCheckpoint held) {
        if (isFile(checkpoint.uri()) || (held != null && held.sha256().equals(checkpoint.sha256()))) {
            return checkpoint;
        }
        StoredCheckpoint local = copies.of(checkpoint);
        return local != null ? local : copies.add(checkpoint, download(checkpoint));
    }

    private Path download(StoredCheckpoint checkpoint) {
        BackOff backOff = new BackOff();
        String why = "";
        for (int attempt = 1; attempt <= FETCH_ATTEMPTS; attempt++) {
            try {
                Path target = copies.fresh(checkpoint);
                files(checkpoint, List.of(MANIFEST), target);
                files(checkpoint, names(target.resolve(MANIFEST)), target);
                return target;
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
                ticker.pause(backOff.next());
            }
        }
        throw new WorkFailedException(
                FailureClass.PLATFORM, "checkpoint " + checkpoint.uri() + " cannot be fetched: " + why, null);
    }

    private void files(StoredCheckpoint checkpoint, List<String> names, Path target) throws IOException {
        Reply<DownloadReply> reply = channel.download(new DownloadRequest(checkpoint.uri(), names));
        DownloadReply body = reply.body();
        if (body == null || body.urls().size() != names.size()) {
            throw new IOException("no URLs: " + reply.reason());
        }
        for (int i = 0; i < names.size(); i++) {
            transfer.get(body.urls().get(i), target.resolve(names.get(i)));
        }
    }

    /** What the manifest lists. A manifest that was tampered with is found out when the checkpoint is loaded. */
    private static List<String> names(Path manifest) throws IOException {
        try {
            List<String> names = new ArrayList<>();
            for (JsonNode file : JSON.readTree(Files.readAllBytes(manifest)).path("files")) {
                String name = file.path("name").asString("");
                if (!name.matches("[A-Za-z0-9._-]{1,200}") || name.startsWith(".") || name.equals(MANIFEST)) {
                    throw new IOException("the manifest lists '" + name + "', which is no file name");
                }
                names.add(name);
            }
            return names;
        } catch (JacksonException e) {
            throw new IOException("the manifest is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Brings a checkpoint of this attempt to where the service can see it.
     *
     * @return with a body, as the service knows it; without one, why not
     */
    Reply<StoredCheckpoint> publish(StoredCheckpoint checkpoint) {
        if (isFile(attemptUri)) {
            return new Reply<>(Status.OK, checkpoint, 0, "");
        }
        Path local = Path.of(URI.create(checkpoint.uri()));
        String uri = attemptUri + "/" + local.getFileName();
        StoredCheckpoint published = new StoredCheckpoint(
                uri, checkpoint.sha256(), checkpoint.tokens(), checkpoint.trajectory(), checkpoint.bytes());
        if (copies.isPublished(published)) {
            return new Reply<>(Status.OK, published, 0, "");
        }
        try (Stream<Path> files = Files.list(local)) {
            // The manifest last: a checkpoint with a manifest is whole.
            for (Path file : files.sorted((a, b) -> Boolean.compare(a.endsWith(MANIFEST), b.endsWith(MANIFEST)))
                    .toList()) {
                Reply<Void> reply = upload(file, uri + "/" + file.getFileName());
                if (!reply.ok()) {
                    return Reply.of(reply.status(), reply.reason());
                }
            }
        } catch (IOException | UncheckedIOException e) {
            return Reply.of(Status.UNREACHABLE, String.valueOf(e.getMessage()));
        }
        copies.published(published, local);
        return new Reply<>(Status.OK, published, 0, "");
    }

    private Reply<Void> upload(Path file, String uri) throws IOException {
        long bytes = Files.size(file);
        Reply<UploadReply> reply = channel.upload(new UploadRequest(uri, bytes));
        UploadReply body = reply.body();
        if (body == null) {
            return Reply.of(reply.status(), reply.reason());
        }
        List<String> etags = new ArrayList<>();
        for (int i = 0; i < body.urls().size(); i++) {
            long offset = i * body.partBytes();
            long length = Math.min(body.partBytes(), bytes - offset);
            etags.add(transfer.put(body.urls().get(i), file, offset, length));
        }
        return body.uploadId() == null
                ? Reply.of(Status.OK, "")
                : channel.uploaded(new UploadedParts(uri, body.uploadId(), etags));
    }
}

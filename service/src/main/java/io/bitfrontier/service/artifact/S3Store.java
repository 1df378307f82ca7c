package io.bitfrontier.service.artifact;

import io.bitfrontier.service.run.ArtifactStore;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadedParts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Attempts write below {@code s3://bucket/prefix/workers/W/run-R/attempt-N}. Nothing but this class speaks S3. */
@Component
@ConditionalOnProperty(name = "bitfrontier.artifact-store", havingValue = "s3")
class S3Store implements ArtifactStore {
    private static final int DELETE_AT_ONCE = 1000;

    private final S3Client s3;
    private final S3Presigner signer;
    private final S3Settings settings;
    private final String root;

    S3Store(S3Client s3, S3Presigner signer, S3Settings settings) {
        this.s3 = s3;
        this.signer = signer;
        this.settings = settings;
        this.root = "s3://" + settings.bucket() + "/" + (settings.prefix().isEmpty() ? "" : settings.prefix() + "/");
    }

    @Override
    public String attemptUri(UUID worker, long runId, int number) {
        return root + ArtifactStore.writtenBy(worker) + "/run-" + runId + "/attempt-" + number;
    }

    /** The key of an object of this store; empty for any other URI. */
    private Optional<String> key(String uri) {
        return uri.startsWith(root) && uri.length() > root.length()
                ? Optional.of(uri.substring("s3://".length() + settings.bucket().length() + 1))
                : Optional.empty();
    }

    /** Whether a URI is one of this store, and not of another that the installation had before. */
    boolean holds(String uri) {
        return key(uri).isPresent();
    }

    private String requireKey(String uri) {
        return key(uri).orElseThrow(() -> new IllegalArgumentException(uri + " is not in " + root));
    }

    /** A URL that reads one object. */
    String download(String uri) {
        return signer.presignGetObject(request -> request.signatureDuration(settings.urlLifetime())
                        .getObjectRequest(get -> get.bucket(settings.bucket()).key(requireKey(uri))))
                .url()
                .toString();
    }

    /** URLs that write one object, in one part or several. */
    UploadReply upload(String uri, long bytes) {
        long part = settings.partSize().toBytes();
        String key = requireKey(uri);
        if (bytes <= part) {
            String url = signer.presignPutObject(request -> request.signatureDuration(settings.urlLifetime())
                            .putObjectRequest(put ->
                                    put.bucket(settings.bucket()).key(key).contentLength(bytes)))
                    .url()
                    .toString();
            return new UploadReply(null, part, List.of(url));
        }
        String upload = s3.createMultipartUpload(
                        create -> create.bucket(settings.bucket()).key(key))
                .uploadId();
        List<String> urls = new ArrayList<>();
        for (int number = 1; (number - 1) * part < bytes; number++) {
            int partNumber = number;
            urls.add(signer.presignUploadPart(request -> request.signatureDuration(settings.urlLifetime())
                            .uploadPartRequest(one -> one.bucket(settings.bucket())
                                    .key(key)
                                    .uploadId(upload)
                                    .partNumber(partNumber)))
                    .url()
                    .toString());
        }
        return new UploadReply(upload, part, urls);
    }

    /** Puts the parts of an object together. */
    void assemble(UploadedParts uploaded) {
        List<CompletedPart> parts = new ArrayList<>();
        for (String etag : uploaded.etags()) {
            parts.add(CompletedPart.builder()
                    .partNumber(parts.size() + 1)
                    .eTag(etag)
                    .build());
        }
        s3.completeMultipartUpload(complete -> complete.bucket(settings.bucket())
                .key(requireKey(uploaded.uri()))
                .uploadId(uploaded.uploadId())
                .multipartUpload(all -> all.parts(parts)));
    }

    /** A signed URL is good however the attempt that asked for it ends. */
    @Override
    public Duration lateWrites() {
        return settings.urlLifetime();
    }

    @Override
    public void delete(String uri) throws IOException {
        deleteAllBut(uri, List.of());
    }

    @Override
    public void deleteAllBut(String uri, Collection<String> kept) throws IOException {
        Optional<String> directory = key(uri);
        if (directory.isEmpty()) {
            return;
        }
        List<String> keptKeys =
                kept.stream().map(this::key).flatMap(Optional::stream).toList();
        try {
            List<ObjectIdentifier> batch = new ArrayList<>();
            s3
                    .listObjectsV2Paginator(
                            list -> list.bucket(settings.bucket()).prefix(directory.get() + "/"))
                    .contents()
                    .stream()
                    .filter(object -> keptKeys.stream().noneMatch(one -> isOrIsBelow(object.key(), one)))
                    .forEach(object -> {
                        batch.add(ObjectIdentifier.builder().key(object.key()).build());
                        if (batch.size() == DELETE_AT_ONCE) {
                            deleteAll(batch);
                        }
                    });
            deleteAll(batch);
        } catch (SdkException e) {
            throw new IOException("cannot delete " + uri + ": " + e.getMessage(), e);
        }
    }

    private static boolean isOrIsBelow(String key, String directory) {
        return key.equals(directory) || key.startsWith(directory.endsWith("/") ? directory : directory + "/");
    }

    private void deleteAll(List<ObjectIdentifier> batch) {
        if (batch.isEmpty()) {
            return;
        }
        DeleteObjectsResponse answer = s3.deleteObjects(
                delete -> delete.bucket(settings.bucket()).delete(all -> all.objects(List.copyOf(batch))));
        // The store says yes to the whole and no to a part of it.
        if (answer.hasErrors()) {
            S3Error first = answer.errors().get(0);
            throw SdkClientException.create(answer.errors().size() + " of " + batch.size()
                    + " objects stay, the first is " + first.key() + ": " + first.code() + " " + first.message());
        }
        batch.clear();
    }
}

package io.bitfrontier.service.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.paginators.ListObjectsV2Iterable;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

class S3StoreTest {
    /** Lists two objects and deletes one of them. */
    private static final class Reluctant implements S3Client {
        @Override
        public ListObjectsV2Response listObjectsV2(ListObjectsV2Request request) {
            return ListObjectsV2Response.builder()
                    .contents(one -> one.key(request.prefix() + "a"), one -> one.key(request.prefix() + "b"))
                    .build();
        }

        @Override
        public ListObjectsV2Iterable listObjectsV2Paginator(ListObjectsV2Request request) {
            return new ListObjectsV2Iterable(this, request);
        }

        @Override
        public DeleteObjectsResponse deleteObjects(DeleteObjectsRequest request) {
            return DeleteObjectsResponse.builder()
                    .deleted(one -> one.key(request.delete().objects().get(0).key()))
                    .errors(one -> one.key(request.delete().objects().get(1).key())
                            .code("AccessDenied")
                            .message("Access Denied"))
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    /** Lists what it was given, whatever is asked for, and notes what is deleted. */
    private static final class Shelf implements S3Client {
        private final List<String> keys;
        private final List<String> deleted = new ArrayList<>();

        Shelf(String... keys) {
            this.keys = List.of(keys);
        }

        @Override
        public ListObjectsV2Response listObjectsV2(ListObjectsV2Request request) {
            return ListObjectsV2Response.builder()
                    .contents(keys.stream()
                            .filter(key -> key.startsWith(request.prefix()))
                            .map(key -> S3Object.builder().key(key).build())
                            .toList())
                    .build();
        }

        @Override
        public ListObjectsV2Iterable listObjectsV2Paginator(ListObjectsV2Request request) {
            return new ListObjectsV2Iterable(this, request);
        }

        @Override
        public DeleteObjectsResponse deleteObjects(DeleteObjectsRequest request) {
            request.delete().objects().stream().map(ObjectIdentifier::key).forEach(deleted::add);
            return DeleteObjectsResponse.builder().build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static S3Settings settings(URI endpoint, Duration callTimeout) {
        return new S3Settings(
                "frontier",
                "",
                "us-east-1",
                endpoint,
                null,
                true,
                Duration.ofMinutes(15),
                callTimeout,
                DataSize.ofMegabytes(5));
    }

    private static S3Settings settings() {
        return settings(URI.create("http://127.0.0.1:1"), Duration.ofMinutes(2));
    }

    private static S3Presigner signer() {
        return S3Presigner.builder()
                .region(Region.US_EAST_1)
                .credentialsProvider(AnonymousCredentialsProvider.create())
                .build();
    }

    @Test
    void whatIsKeptStaysWithAllBelowIt() throws IOException {
        String attempt = "workers/w/run-1/attempt-1";
        try (Shelf s3 = new Shelf(
                        attempt + "/tokens-1/manifest.json",
                        attempt + "/tokens-1/state",
                        attempt + "/tokens-10/state",
                        attempt + "/tokens-2/state",
                        attempt + "0/tokens-3/state");
                S3Presigner signer = signer()) {
            new S3Store(s3, signer, settings())
                    .deleteAllBut(
                            "s3://frontier/" + attempt,
                            List.of(
                                    "s3://frontier/" + attempt + "/tokens-1",
                                    "s3://elsewhere/" + attempt + "/tokens-2"));

            assertThat(s3.deleted).containsExactly(attempt + "/tokens-10/state", attempt + "/tokens-2/state");
        }
    }

    @Test
    void aStoreThatDoesNotAnswerIsNotWaitedForForEver() throws IOException {
        System.setProperty("aws.accessKeyId", "somebody");
        System.setProperty("aws.secretAccessKey", "a-secret-of-nobody");
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            S3Settings settings =
                    settings(URI.create("http://127.0.0.1:" + silent.getLocalPort()), Duration.ofSeconds(2));
            try (S3Client s3 = new S3StoreConfiguration().s3Client(settings);
                    S3Presigner signer = signer()) {
                S3Store store = new S3Store(s3, signer, settings);

                assertThatThrownBy(() -> store.delete("s3://frontier/workers/w/run-1/attempt-1"))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("did not complete before the specified timeout");
            }
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }
    }

    @Test
    void whatTheStoreDoesNotDeleteIsNoDeletion() {
        S3Settings settings = settings();
        try (S3Client s3 = new Reluctant();
                S3Presigner signer = signer()) {
            S3Store store = new S3Store(s3, signer, settings);

            assertThatThrownBy(() -> store.delete("s3://frontier/workers/w/run-1/attempt-1"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("1 of 2 objects stay")
                    .hasMessageContaining("workers/w/run-1/attempt-1/b: AccessDenied");
        }
    }
}

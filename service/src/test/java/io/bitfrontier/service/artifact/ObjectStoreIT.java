package io.bitfrontier.service.artifact;

import static io.bitfrontier.service.testing.ProtocolClient.aWorker;
import static io.bitfrontier.service.testing.RunBuilder.aRun;
import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.run.ArtifactStore;
import io.bitfrontier.service.testing.ObjectStoreServer;
import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.RunBuilder;
import io.bitfrontier.service.testing.RunBuilder.Seeded;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.CheckpointReport;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Completion;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadedParts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import tools.jackson.databind.json.JsonMapper;

/** Against a real object store, which checks every signature. */
@ServiceTest
class ObjectStoreIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int PART = 5 << 20;

    @TempDir
    private static Path directory;

    private static ObjectStoreServer server;

    private final HttpClient http = HttpClient.newHttpClient();

    @Autowired
    private MockMvc mvc;

    @Autowired
    private Workers workers;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private ArtifactStore artifacts;

    private ProtocolClient worker;

    @BeforeAll
    static void start() {
        server = ObjectStoreServer.start(directory);
        System.setProperty("aws.accessKeyId", ObjectStoreServer.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", ObjectStoreServer.SECRET_KEY);
    }

    @DynamicPropertySource
    static void objectStore(DynamicPropertyRegistry registry) {
        registry.add("bitfrontier.artifact-store", () -> "s3");
        registry.add("bitfrontier.s3.bucket", () -> ObjectStoreServer.BUCKET);
        registry.add("bitfrontier.s3.prefix", () -> "sweeps/here");
        registry.add("bitfrontier.s3.endpoint", () -> server.endpoint());
        registry.add("bitfrontier.s3.path-style", () -> "true");
        registry.add("bitfrontier.s3.part-size", () -> "5MB");
    }

    @BeforeEach
    void register() {
        worker = aWorker(mvc, workers);
    }

    @AfterAll
    static void stop() {
        server.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void aCheckpointOfSeveralPartsIsReadByTheRunThatGoesOnFromIt() throws Exception {
        Seeded trunk = aRun().insert(jdbc);
        aRun().after(trunk).inState("PLANNED").insert(jdbc);
        Assignment first = worker.claim();
        assertThat(first.artifactUri())
                .isEqualTo("s3://artifacts/sweeps/here/workers/" + worker.id() + "/run-" + trunk.run() + "/attempt-1");
        byte[] state = new byte[2 * PART + 1234];
        new Random(7).nextBytes(state);
        StoredCheckpoint written = ProtocolClient.checkpoint(first, trunk.tokens());

        assertThat(upload(first, written.uri() + "/state.safetensors", state)).isEqualTo(3);
        assertThat(upload(first, written.uri() + "/manifest.json", "{}".getBytes()))
                .isEqualTo(1);
        assertThat(worker.send(first, "completion", new Completion(0, written, null))
                        .status())
                .isEqualTo(204);
        Assignment second = worker.claim();

        assertThat(ProtocolClient.training(second).from()).isEqualTo(written);
        List<String> urls = download(second, written.uri(), "manifest.json", "state.safetensors");
        assertThat(get(urls.get(0)).body()).isEqualTo("{}".getBytes());
        assertThat(get(urls.get(1)).body()).isEqualTo(state);
    }

    @Test
    void aUrlIsGoodForItsObjectAndMethodAlone() throws Exception {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        String uri = attempt.artifactUri() + "/tokens-1/manifest.json";
        upload(attempt, uri, "{}".getBytes());
        UploadReply reply = ask(attempt, "uploads", new UploadRequest(uri, 2), UploadReply.class);
        String url = reply.urls().get(0);

        assertThat(get(url).statusCode()).isEqualTo(403);
        assertThat(get(url.substring(0, url.indexOf('?'))).statusCode()).isEqualTo(403);
        assertThat(put(url.replace("manifest.json", "other.json"), "{}".getBytes())
                        .statusCode())
                .isEqualTo(403);
        assertThat(put(url, "{}".getBytes()).statusCode()).isEqualTo(200);
    }

    @Test
    void anAttemptReadsNoCheckpointThatItsAssignmentDoesNotNameAndWritesNowhereElse() {
        Seeded other = aRun().insert(jdbc);
        Assignment foreign = worker.claim();
        StoredCheckpoint stored = ProtocolClient.checkpoint(foreign, other.tokens());
        worker.send(foreign, "completion", new Completion(0, stored, null));
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();

        assertThat(worker.send(attempt, "downloads", new DownloadRequest(stored.uri(), List.of("manifest.json")))
                        .body())
                .contains("must be a checkpoint that the attempt's assignment names");
        assertThat(worker.send(attempt, "downloads", new DownloadRequest(stored.uri(), List.of("../x", "")))
                        .json()
                        .path("violations"))
                .hasSize(3);
        for (String uri : List.of(
                foreign.artifactUri() + "/tokens-1/manifest.json",
                attempt.artifactUri() + "/../x/manifest.json",
                attempt.artifactUri(),
                "s3://elsewhere/x")) {
            assertThat(worker.send(attempt, "uploads", new UploadRequest(uri, 2))
                            .body())
                    .contains("must be a file in the attempt's directory");
        }
    }

    @Test
    void anAttemptThatHasEndedGetsNoUrl() {
        Seeded run = aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        worker.send(attempt, "completion", new Completion(0, ProtocolClient.checkpoint(attempt, run.tokens()), null));

        assertThat(worker.send(attempt, "uploads", new UploadRequest(attempt.artifactUri() + "/x/y", 2))
                        .code())
                .isEqualTo("ATTEMPT_FENCED");
    }

    @Test
    void deletingADirectoryDeletesWhatIsBelowItAndNothingElse() throws Exception {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        upload(attempt, attempt.artifactUri() + "/tokens-1/manifest.json", "{}".getBytes());
        upload(attempt, attempt.artifactUri() + "/tokens-10/manifest.json", "{}".getBytes());

        artifacts.delete(attempt.artifactUri() + "/tokens-1");
        artifacts.delete("s3://elsewhere/x");
        artifacts.delete("s3://artifacts/sweeps/here/");

        Path data = directory
                .resolve("data/artifacts/sweeps/here/workers")
                .resolve(worker.id().toString())
                .resolve("run-" + attempt.runId())
                .resolve("attempt-1");
        assertThat(data.resolve("tokens-1")).doesNotExist();
        assertThat(data.resolve("tokens-10/manifest.json")).exists();
    }

    @Test
    void deletingAllButACheckpointDeletesEveryOtherObjectOfTheAttempt() throws Exception {
        aRun().insert(jdbc);
        Assignment attempt = worker.claim();
        upload(attempt, attempt.artifactUri() + "/tokens-1/manifest.json", "{}".getBytes());
        upload(attempt, attempt.artifactUri() + "/tokens-1/state.safetensors", new byte[10]);
        upload(attempt, attempt.artifactUri() + "/tokens-10/state.safetensors", new byte[10]);

        artifacts.deleteAllBut(attempt.artifactUri(), List.of(attempt.artifactUri() + "/tokens-1"));

        Path data = directory
                .resolve("data/artifacts/sweeps/here/workers")
                .resolve(worker.id().toString())
                .resolve("run-" + attempt.runId())
                .resolve("attempt-1");
        assertThat(data.resolve("tokens-1/manifest.json")).exists();
        assertThat(data.resolve("tokens-1/state.safetensors")).exists();
        assertThat(data.resolve("tokens-10/state.safetensors")).doesNotExist();
    }

    @Test
    void aRunReadsWhatACancelledGenerationOfItHadWritten() throws Exception {
        UUID sweep = RunBuilder.aSweep(jdbc);
        Seeded run = aRun().neededBy(sweep).insert(jdbc);
        Assignment first = worker.claim();
        StoredCheckpoint written = ProtocolClient.checkpoint(first, 400);
        upload(first, written.uri() + "/manifest.json", "{}".getBytes());
        assertThat(worker.send(first, "checkpoints", new CheckpointReport(written))
                        .status())
                .isEqualTo(204);
        jdbc.sql("UPDATE attempt SET state = 'FENCED', ended_at = now()").update();
        jdbc.sql("UPDATE run SET state = 'CANCELLED', finished_at = now()").update();
        long again = jdbc.sql("""
                        INSERT INTO run (kind, target_state_id, generation, state, from_tokens, to_tokens, progress_tokens)
                        SELECT kind, target_state_id, 2, 'READY', from_tokens, to_tokens, 0 FROM run WHERE id = ?
                        RETURNING id
                        """).param(run.run()).query(Long.class).single();
        RunBuilder.needs(jdbc, sweep, again);

        Assignment second = ProtocolClient.aWorker(mvc, workers).claim();
        assertThat(second.runId()).isEqualTo(again);
        assertThat(ProtocolClient.training(second).resume()).isEqualTo(written);
        assertThat(get(download(second, written.uri(), "manifest.json").get(0)).body())
                .isEqualTo("{}".getBytes());
    }

    /** Uploads as a worker does; the number of parts. */
    private int upload(Assignment attempt, String uri, byte[] content) throws Exception {
        UploadReply reply = ask(attempt, "uploads", new UploadRequest(uri, content.length), UploadReply.class);
        List<String> etags = new ArrayList<>();
        for (String url : reply.urls()) {
            int from = (int) (etags.size() * reply.partBytes());
            byte[] part = Arrays.copyOfRange(content, from, (int) Math.min(content.length, from + reply.partBytes()));
            HttpResponse<byte[]> response = put(url, part);
            assertThat(response.statusCode()).as(new String(response.body())).isEqualTo(200);
            etags.add(response.headers().firstValue("ETag").orElseThrow());
        }
        if (reply.uploadId() != null) {
            assertThat(worker.send(attempt, "uploaded", new UploadedParts(uri, reply.uploadId(), etags))
                            .status())
                    .isEqualTo(204);
        }
        return etags.size();
    }

    private List<String> download(Assignment attempt, String checkpoint, String... names) {
        return ask(attempt, "downloads", new DownloadRequest(checkpoint, List.of(names)), DownloadReply.class)
                .urls();
    }

    private <T> T ask(Assignment attempt, String endpoint, Object message, Class<T> answer) {
        ProtocolClient.Answer reply = worker.send(attempt, endpoint, message);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return JSON.readValue(reply.body(), answer);
    }

    private HttpResponse<byte[]> get(String url) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> put(String url, byte[] content) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .PUT(BodyPublishers.ofByteArray(content))
                        .build(),
                BodyHandlers.ofByteArray());
    }
}

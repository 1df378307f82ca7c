package io.bitfrontier.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.trainer.report.FakeService.Fault;
import io.bitfrontier.trainer.report.Fixtures.FakeTicker;
import io.bitfrontier.trainer.report.Reply.Status;
import io.bitfrontier.trainer.train.WorkFailedException;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.TrainWork;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ArtifactsTest {
    private static final String ATTEMPT = "s3://bucket/prefix/run-3/attempt-1";
    private static final String PARENT = "s3://bucket/prefix/run-2/attempt-1/tokens-1024";

    private final FakeService service = new FakeService();
    private final FileTransfer transfer = new FileTransfer();

    @TempDir
    private Path scratch;

    @AfterEach
    void nothingWasSentWithoutItsToken() {
        service.close();
        assertThat(service.complaints).isEmpty();
    }

    @Test
    void aDirectoryStoreMovesNothing() {
        Assignment assignment = Fixtures.aTrainAssignment(1024);
        Artifacts artifacts = artifacts(assignment, new LocalCopies(scratch));

        assertThat(artifacts.directory()).isEqualTo(Path.of("/artifacts/3/17"));
        assertThat(artifacts.publish(Fixtures.checkpoint(1024)).body()).isEqualTo(Fixtures.checkpoint(1024));
    }

    @Test
    void whatTheWorkBeginsFromIsFetchedOnceAndKeptForTheNextAttempt() throws IOException {
        store(PARENT, "parent");
        LocalCopies copies = new LocalCopies(scratch.resolve("copies"));
        Assignment assignment = assignment(remote(PARENT));

        TrainWork first = artifacts(assignment, copies).fetch(work(assignment), null);
        TrainWork second = artifacts(assignment, copies).fetch(work(assignment), null);

        assertThat(Files.readString(in(first.from()).resolve("state.safetensors")))
                .isEqualTo("parent");
        assertThat(first.from())
                .extracting(StoredCheckpoint::sha256)
                .isEqualTo(remote(PARENT).sha256());
        assertThat(second).isEqualTo(first);
        assertThat(service.store.downloads.values()).containsOnly(1);
    }

    @Test
    void whatIsHeldInMemoryIsNotFetched() {
        Assignment assignment = assignment(remote(PARENT));

        TrainWork work = artifacts(assignment, new LocalCopies(scratch)).fetch(work(assignment), remote(PARENT));

        assertThat(work.from()).isEqualTo(remote(PARENT));
        assertThat(service.store.downloads).isEmpty();
    }

    @Test
    void aCopyThatTheNextAttemptDoesNotNeedLeavesTheDisk() throws IOException {
        store(PARENT, "parent");
        LocalCopies copies = new LocalCopies(scratch.resolve("copies"));
        Assignment assignment = assignment(remote(PARENT));
        Path copy =
                in(artifacts(assignment, copies).fetch(work(assignment), null).from());
        assertThat(copy).exists();

        artifacts(assignment(null), copies);

        assertThat(copy).doesNotExist();
    }

    @Test
    void fetchingGoesOnAfterTheStoreAndTheServiceWereAway() throws IOException {
        store(PARENT, "parent");
        service.fault("downloads", Fault.UNAVAILABLE, 1);
        service.store.failRequest(2);
        Assignment assignment = assignment(remote(PARENT));

        TrainWork work = artifacts(assignment, new LocalCopies(scratch.resolve("copies")))
                .fetch(work(assignment), null);

        assertThat(Files.readString(in(work.from()).resolve("state.safetensors")))
                .isEqualTo("parent");
    }

    @Test
    void aCheckpointThatIsNotThereIsAFailureOfThePlatformThatNamesItAndNoUrl() {
        Assignment assignment = assignment(remote(PARENT));
        Artifacts artifacts = artifacts(assignment, new LocalCopies(scratch));

        assertThatThrownBy(() -> artifacts.fetch(work(assignment), null))
                .isInstanceOf(WorkFailedException.class)
                .hasMessageContaining(PARENT)
                .hasMessageContaining("404")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aManifestThatNamesAFileElsewhereIsRefused() {
        service.store.objects.put(PARENT + "/manifest.json", "{\"files\":[{\"name\":\"../x\"}]}".getBytes());
        Assignment assignment = assignment(remote(PARENT));
        Artifacts artifacts = artifacts(assignment, new LocalCopies(scratch));

        assertThatThrownBy(() -> artifacts.fetch(work(assignment), null)).hasMessageContaining("'../x'");
    }

    @Test
    void aCheckpointIsPublishedInPartsWithItsManifestLast() throws IOException {
        byte[] state = new byte[200_000];
        new Random(1).nextBytes(state);
        service.store.partBytes = 70_000;
        Artifacts artifacts = artifacts(assignment(null), new LocalCopies(scratch));
        StoredCheckpoint written = written(artifacts, 2048, state);

        StoredCheckpoint published = artifacts.publish(written).body();

        assertThat(published)
                .isEqualTo(new StoredCheckpoint(
                        ATTEMPT + "/tokens-2048", written.sha256(), 2048, written.trajectory(), written.bytes()));
        assertThat(service.store.objects.get(ATTEMPT + "/tokens-2048/state.safetensors"))
                .isEqualTo(state);
        assertThat(service.store.objects).containsKey(ATTEMPT + "/tokens-2048/manifest.json");
    }

    @Test
    void aStoreThatIsAwayMeansTryAgainAndThenThePublishedIsComplete() throws IOException {
        Artifacts artifacts = artifacts(assignment(null), new LocalCopies(scratch));
        StoredCheckpoint written = written(artifacts, 2048, "state".getBytes());
        service.store.failRequest(2);

        Reply<StoredCheckpoint> first = artifacts.publish(written);

        assertThat(first.status()).isEqualTo(Status.UNREACHABLE);
        assertThat(service.store.objects).hasSize(1);
        assertThat(artifacts.publish(written).ok()).isTrue();
        assertThat(service.store.objects).hasSize(2);
    }

    @Test
    void aFencedAttemptPublishesNothing() throws IOException {
        Artifacts artifacts = artifacts(assignment(null), new LocalCopies(scratch));
        StoredCheckpoint written = written(artifacts, 2048, "state".getBytes());
        service.fault("uploads", Fault.FENCED, 1);

        assertThat(artifacts.publish(written).status()).isEqualTo(Status.FENCED);
        assertThat(service.store.objects).isEmpty();
    }

    @Test
    void onlyTheNewestPublishedCheckpointOfAnAttemptStaysOnDisk() throws IOException {
        Artifacts artifacts = artifacts(assignment(null), new LocalCopies(scratch));
        StoredCheckpoint early = written(artifacts, 1024, "early".getBytes());
        StoredCheckpoint late = written(artifacts, 2048, "late".getBytes());

        artifacts.publish(early);
        artifacts.publish(late);

        assertThat(in(early)).doesNotExist();
        assertThat(in(late)).exists();
    }

    private Artifacts artifacts(Assignment assignment, LocalCopies copies) {
        return new Artifacts(assignment, service.client().attempt(assignment), copies, transfer, new FakeTicker());
    }

    private void store(String uri, String state) {
        service.store.objects.put(uri + "/state.safetensors", state.getBytes());
        service.store.objects.put(uri + "/manifest.json", "{\"files\":[{\"name\":\"state.safetensors\"}]}".getBytes());
    }

    private static StoredCheckpoint written(Artifacts artifacts, long tokens, byte[] state) throws IOException {
        Path directory = Files.createDirectories(artifacts.directory().resolve("tokens-" + tokens));
        Files.write(directory.resolve("state.safetensors"), state);
        Files.writeString(directory.resolve("manifest.json"), "{}");
        return new StoredCheckpoint(
                directory.toUri().toString(),
                "1".repeat(64),
                tokens,
                Fixtures.trajectory().fingerprint(),
                state.length);
    }

    private static StoredCheckpoint remote(String uri) {
        return new StoredCheckpoint(
                uri, "2".repeat(64), 1024, Fixtures.trajectory().fingerprint(), 100);
    }

    private static Assignment assignment(@Nullable StoredCheckpoint from) {
        Assignment local = Fixtures.aTrainAssignment(2048);
        TrainWork work = new TrainWork(Fixtures.trajectory(), from == null ? 0 : 1024, 2048, from, null, 60);
        return new Assignment(
                local.attemptId(), local.runId(), local.token(), local.leaseSeconds(), ATTEMPT, work, null);
    }

    private static TrainWork work(Assignment assignment) {
        TrainWork work = assignment.train();
        if (work == null) {
            throw new IllegalArgumentException("no training");
        }
        return work;
    }

    private static Path in(@Nullable StoredCheckpoint checkpoint) {
        return Path.of(URI.create(checkpoint == null ? "" : checkpoint.uri()));
    }
}

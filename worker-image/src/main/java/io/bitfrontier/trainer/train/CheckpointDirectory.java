package io.bitfrontier.trainer.train;

import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.StoredCheckpoint;
import io.bitfrontier.vocabulary.work.TrajectorySpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A checkpoint as files: complete under its final name, or not there. */
final class CheckpointDirectory {
    static final String MANIFEST = "manifest.json";
    private static final String TEMPORARY = ".writing-";
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private CheckpointDirectory() {}

    /** Writes one file of a checkpoint and forces it to disk. */
    interface FileWriter {
        void write(Path file) throws IOException;
    }

    /** A checkpoint whose files are what its manifest says. */
    record Verified(Path directory, CheckpointManifest manifest) {}

    /**
     * Writes a checkpoint of one data file; durable when this returns.
     *
     * @param last called when all is written and only the name is missing; what it throws undoes the writing
     */
    static StoredCheckpoint write(
            Path parent, TrajectorySpec trajectory, Progress progress, FileWriter writer, String name, Runnable last)
            throws IOException {
        Files.createDirectories(parent);
        Path temporary = Files.createTempDirectory(parent, TEMPORARY);
        try {
            Path file = temporary.resolve(name);
            writer.write(file);
            CheckpointManifest.FileEntry entry = new CheckpointManifest.FileEntry(name, Files.size(file), sha256(file));
            CheckpointManifest manifest = new CheckpointManifest(
                    CheckpointManifest.FORMAT, trajectory.fingerprint(), trajectory, progress, List.of(entry));
            byte[] text = JSON.writeValueAsBytes(manifest);
            try (FileChannel channel = FileChannel.open(
                    temporary.resolve(MANIFEST), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(text);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            force(temporary);
            last.run();
            Path target = publish(temporary, parent, progress.tokens());
            force(parent);
            force(parent.toAbsolutePath().getParent());
            return stored(target, text, manifest);
        } catch (IOException | RuntimeException e) {
            deleteRecursively(temporary);
            throw e;
        }
    }

    /** Renames to the first free name; renaming onto a directory that is there fails, so none is ever overwritten. */
    private static Path publish(Path temporary, Path parent, long tokens) throws IOException {
        for (int suffix = 1; ; suffix++) {
            Path target = parent.resolve("tokens-" + tokens + (suffix == 1 ? "" : "-" + suffix));
            if (!Files.exists(target)) {
                return Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    private static StoredCheckpoint stored(Path directory, byte[] manifestText, CheckpointManifest manifest) {
        long bytes = manifestText.length
                + manifest.files().stream()
                        .mapToLong(CheckpointManifest.FileEntry::bytes)
                        .sum();
        return new StoredCheckpoint(
                directory.toAbsolutePath().toUri().toString(),
                hex(digest().digest(manifestText)),
                manifest.progress().tokens(),
                manifest.fingerprint(),
                bytes);
    }

    /** Reads the manifest and checks every file against it. */
    static Verified verify(StoredCheckpoint checkpoint) {
        Path directory = Path.of(URI.create(checkpoint.uri()));
        byte[] text;
        CheckpointManifest manifest;
        try {
            text = Files.readAllBytes(directory.resolve(MANIFEST));
        } catch (IOException e) {
            throw corrupt(directory.resolve(MANIFEST), "cannot be read: " + e, e);
        }
        String found = hex(digest().digest(text));
        if (!found.equals(checkpoint.sha256())) {
            throw corrupt(directory.resolve(MANIFEST), "has SHA-256 " + found + ", not " + checkpoint.sha256(), null);
        }
        manifest = parse(directory, text);
        if (manifest.format() != CheckpointManifest.FORMAT) {
            throw corrupt(directory, "has format " + manifest.format() + ", not " + CheckpointManifest.FORMAT, null);
        }
        if (manifest.trajectory().numerics() != TrajectorySpec.NUMERICS) {
            throw corrupt(
                    directory,
                    "was written by numerics version " + manifest.trajectory().numerics() + ", not "
                            + TrajectorySpec.NUMERICS,
                    null);
        }
        manifest.files().forEach(entry -> verify(directory.resolve(entry.name()), entry));
        return new Verified(directory, manifest);
    }

    private static void verify(Path file, CheckpointManifest.FileEntry entry) {
        try {
            if (Files.size(file) != entry.bytes()) {
                throw corrupt(file, "has " + Files.size(file) + " bytes, not " + entry.bytes(), null);
            }
            String found = sha256(file);
            if (!found.equals(entry.sha256())) {
                throw corrupt(file, "has SHA-256 " + found + ", not " + entry.sha256(), null);
            }
        } catch (IOException e) {
            throw corrupt(file, "cannot be read: " + e, e);
        }
    }

    /** The newest whole checkpoint of a trajectory below a directory, for resuming without a service. */
    static Optional<StoredCheckpoint> newest(Path parent, String fingerprint) throws IOException {
        if (!Files.isDirectory(parent)) {
            return Optional.empty();
        }
        List<StoredCheckpoint> found;
        try (Stream<Path> children = Files.list(parent)) {
            found = children.filter(d -> !d.getFileName().toString().startsWith(TEMPORARY))
                    .filter(d -> Files.isRegularFile(d.resolve(MANIFEST)))
                    .flatMap(d -> describe(d).stream())
                    .filter(c -> c.trajectory().equals(fingerprint))
                    .sorted(Comparator.comparingLong(StoredCheckpoint::tokens).reversed())
                    .toList();
        }
        return found.stream().filter(CheckpointDirectory::isWhole).findFirst();
    }

    private static Optional<StoredCheckpoint> describe(Path directory) {
        try {
            byte[] text = Files.readAllBytes(directory.resolve(MANIFEST));
            return Optional.of(stored(directory, text, parse(directory, text)));
        } catch (IOException | WorkFailedException e) {
            return Optional.empty();
        }
    }

    private static boolean isWhole(StoredCheckpoint checkpoint) {
        try {
            verify(checkpoint);
            return true;
        } catch (WorkFailedException e) {
            return false;
        }
    }

    private static CheckpointManifest parse(Path directory, byte[] text) {
        try {
            return JSON.readValue(text, CheckpointManifest.class);
        } catch (JacksonException e) {
            throw corrupt(directory.resolve(MANIFEST), "is not a manifest: " + e.getOriginalMessage(), e);
        }
    }

    private static WorkFailedException corrupt(Path file, String what, @Nullable Throwable cause) {
        return new WorkFailedException(FailureClass.PLATFORM, "checkpoint " + file + " " + what, cause);
    }

    private static void force(@Nullable Path directory) throws IOException {
        if (directory == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void deleteRecursively(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = digest();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            byte[] buffer = new byte[1 << 16];
            while (in.read(buffer) >= 0) {
                // The stream feeds the digest.
            }
        }
        return hex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

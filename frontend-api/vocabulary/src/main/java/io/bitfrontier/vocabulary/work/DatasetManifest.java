package io.bitfrontier.vocabulary.work;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a text data set is: its files by name and content. Two places that hold the same files have the same manifest.
 *
 * @param sha256 over {@code name NUL size NUL sha256 LF} of every file in order of name, 64 lower-case hexadecimal digits
 * @param files how many files, which is how many documents
 * @param bytes of all files
 * @param tokens under {@value DataSpec#BYTE_TOKENIZER}: every byte, and one end of document behind every file
 */
public record DatasetManifest(String sha256, int files, long bytes, long tokens) {

    /** A document of a data set: its name below the data set's directory, with {@code /} between parts, and where it lies. */
    public record Document(String name, Path path) {}

    /**
     * Reads every file once.
     *
     * @param root a file, or a directory whose regular files at any depth are the documents
     * @throws IllegalArgumentException if there is no file, or if a link lies in the directory: what it points to could change
     *     unseen or lie outside the allowed roots
     * @throws NoSuchFileException if {@code root} does not exist
     * @throws IOException if something cannot be read
     */
    public static DatasetManifest of(Path root) throws IOException {
        MessageDigest manifest = newSha256();
        List<Document> documents = documents(root);
        byte[] buffer = new byte[1 << 16];
        long bytes = 0;
        for (Document document : documents) {
            MessageDigest content = newSha256();
            long size = 0;
            try (InputStream in = new DigestInputStream(Files.newInputStream(document.path()), content)) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    size += read;
                }
            }
            bytes += size;
            String line = document.name() + '\0' + size + '\0' + HexFormat.of().formatHex(content.digest()) + '\n';
            manifest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return new DatasetManifest(
                HexFormat.of().formatHex(manifest.digest()), documents.size(), bytes, bytes + documents.size());
    }

    /** The documents in the order in which the tokenizer reads them. Throws as {@link #of} does. */
    public static List<Document> documents(Path root) throws IOException {
        Path real = root.toRealPath();
        if (Files.isRegularFile(real)) {
            return List.of(new Document(String.valueOf(real.getFileName()), real));
        }
        try (Stream<Path> walk = Files.walk(real)) {
            List<Path> entries = walk.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList();
            for (Path entry : entries) {
                if (!Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
                    throw new IllegalArgumentException(
                            real + " holds " + nameBelow(real, entry) + ", which is a link or a device, not a file");
                }
            }
            if (entries.isEmpty()) {
                throw new IllegalArgumentException(real + " holds no file");
            }
            return entries.stream()
                    .map(path -> new Document(nameBelow(real, path), path))
                    .sorted(Comparator.comparing(Document::name))
                    .toList();
        }
    }

    private static String nameBelow(Path root, Path path) {
        return root.relativize(path).toString().replace(path.getFileSystem().getSeparator(), "/");
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

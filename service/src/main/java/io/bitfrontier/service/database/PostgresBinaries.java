package io.bitfrontier.service.database;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.springframework.util.FileSystemUtils;
import org.tukaani.xz.XZInputStream;

/** Unpacks the PostgreSQL programs from the class path, once per version. */
final class PostgresBinaries {
    static final int MAJOR_VERSION = 18;

    private PostgresBinaries() {}

    /** Directory with {@code bin/postgres}; unpacked beside it first and renamed, so that it is never half there. */
    static Path unpack(Path cache) throws IOException {
        URL archive = archive();
        long length = archive.openConnection().getContentLengthLong();
        Path target = cache.resolve("postgres-" + MAJOR_VERSION + "-" + Long.toHexString(length));
        if (Files.isDirectory(target)) {
            return target;
        }
        Files.createDirectories(cache);
        Path fresh = Files.createTempDirectory(cache, "unpacking-");
        try (InputStream in = new BufferedInputStream(archive.openStream(), 1 << 16)) {
            extract(in, fresh);
            // The postmaster runs as nobody in a user namespace of its own when we are root.
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another process was faster; both unpacked the same archive.
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("cannot rename inside " + cache, e);
        } finally {
            FileSystemUtils.deleteRecursively(fresh);
        }
        return target;
    }

    private static URL archive() throws IOException {
        String arch =
                switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64", "arm64" -> "arm_64";
                    default ->
                        throw new IOException("no embedded PostgreSQL for " + System.getProperty("os.arch")
                                + "; set spring.datasource.url");
                };
        URL archive = PostgresBinaries.class.getResource("/postgres-linux-" + arch + ".txz");
        if (archive == null) {
            throw new IOException("the embedded PostgreSQL for " + arch + " is not on the class path");
        }
        return archive;
    }

    private static void extract(InputStream in, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(in))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (!file.startsWith(target)) {
                    throw new IOException("entry outside the archive: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                    continue;
                }
                Files.createDirectories(file.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, file);
                    if ((entry.getMode() & 0100) != 0) {
                        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
                    }
                }
            }
        }
    }
}

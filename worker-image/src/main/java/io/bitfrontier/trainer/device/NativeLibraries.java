package io.bitfrontier.trainer.device;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads LibTorch where several processes unpack it from the same jars into one folder. JavaCPP locks that folder for each file by
 * itself, so a process can map a library while another one still writes a library that it depends upon: it is killed by SIGBUS,
 * or computes with other kernels than everybody else. So one process at a time loads, until one has loaded everything.
 */
public final class NativeLibraries {
    private static final Logger log = LoggerFactory.getLogger(NativeLibraries.class);
    /** Reading 450 MB from a slow disk takes a while; a frozen process must not keep the others for ever. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final String KEEP_UNPACKED = "org.bytedeco.javacpp.cacheLibraries";

    private final Path folder;
    private final Path loaded;
    private final Runnable loader;
    private final Duration patience;

    /**
     * What is unpacked into a folder.
     *
     * @param key of the libraries: the folder may hold those of other builds too
     */
    NativeLibraries(Path folder, String key, Runnable loader, Duration patience) {
        this.folder = folder;
        this.loaded = folder.resolve("loaded-" + UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)));
        this.loader = loader;
        this.patience = patience;
    }

    /** Loads them; harmless when they are loaded. Must come before anything else touches LibTorch. */
    public static synchronized void load() {
        if (Boolean.parseBoolean(System.getProperty(KEEP_UNPACKED, "true"))) {
            new NativeLibraries(unpacked(), jars(), () -> Loader.load(torch.class), PATIENCE).loadInTurn();
        } else {
            Loader.load(torch.class);
        }
    }

    private static Path unpacked() {
        try {
            return Loader.getCacheDir().toPath();
        } catch (IOException e) {
            throw new IllegalStateException("LibTorch cannot be unpacked: " + e.getMessage(), e);
        }
    }

    /** The jars with libraries of this platform, by name and size. */
    private static String jars() {
        return Arrays.stream(System.getProperty("java.class.path", "").split(File.pathSeparator))
                .map(File::new)
                .filter(jar -> jar.getName().contains(Loader.getPlatform()))
                .map(jar -> jar.getName() + " " + jar.length())
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    void loadInTurn() {
        if (Files.exists(loaded)) {
            loader.run();
            return;
        }
        boolean done = false;
        try (FileChannel turn = FileChannel.open(
                        folder.resolve("loading"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = await(turn)) {
            loader.run();
            done = true;
            if (lock != null) {
                Files.createFile(loaded);
            }
        } catch (FileAlreadyExistsException e) {
            log.debug("another process has loaded them meanwhile");
        } catch (IOException e) {
            // A file system without locks, or a full one: nobody is worse off than without turns.
            log.warn("processes do not load LibTorch from {} in turn: {}", folder, e.toString());
            if (!done) {
                loader.run();
            }
        }
    }

    /** Null when patience has ended. */
    private @Nullable FileLock await(FileChannel turn) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        FileLock lock = turn.tryLock();
        while (lock == null && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while another process loads LibTorch", e);
            }
            lock = turn.tryLock();
        }
        if (lock == null) {
            log.warn("another process has been loading LibTorch into {} for {} s", folder, patience.toSeconds());
        }
        return lock;
    }
}

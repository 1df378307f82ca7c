package io.bitfrontier.service.launch.local;

import com.sun.management.OperatingSystemMXBean;
import io.bitfrontier.service.config.BitfrontierSettings;
import io.bitfrontier.service.launch.Launcher;
import io.bitfrontier.service.launch.LauncherUnavailableException;
import io.bitfrontier.vocabulary.protocol.FailureClass;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/**
 * Starts workers as Java processes in sessions of their own: Ctrl-C on the service does not reach them, so it is the service
 * that tells them to checkpoint, and they survive its death.
 */
@Component
@ConditionalOnProperty(name = "bitfrontier.launch.kind", havingValue = "local", matchIfMissing = true)
class LocalLauncher implements Launcher {
    private static final Logger log = LoggerFactory.getLogger(LocalLauncher.class);
    /** What a worker inherits; secrets of the service are not among it. */
    private static final List<String> INHERITED =
            List.of("PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "JAVA_TOOL_OPTIONS");

    private static final String RESOURCE_CLASS = "local";
    private static final int LONGEST_OUTPUT = 64 * 1024;
    private static final String HOME_VARIABLE = "BITFRONTIER_HOME";

    private final LocalSettings settings;
    private final BitfrontierSettings home;
    private final String installation;
    private final int capacity;
    private final OutOfMemoryKills outOfMemory = OutOfMemoryKills.ofThisProcess();
    private final Map<UUID, Process> children = new ConcurrentHashMap<>();
    /** How children ended, until that is stored: an end is judged once. */
    private final Map<UUID, Sighting> ends = new ConcurrentHashMap<>();

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    LocalLauncher(LocalSettings settings, BitfrontierSettings home) throws IOException {
        this.settings = settings;
        this.home = home;
        this.installation = installationOf(home.home());
        this.capacity = settings.capacity(
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize());
        log.info(
                capacity == 0
                        ? "no worker processes are started here: bitfrontier.launch.local has no class path or allows none"
                        : "up to {} worker processes with {} threads each",
                capacity,
                settings.threads());
    }

    /** An id made once per home. */
    private static String installationOf(Path home) throws IOException {
        Path file = home.resolve("installation-id");
        if (!Files.exists(file)) {
            Path fresh = Files.createDirectories(home).resolve("installation-id.new");
            Files.writeString(fresh, UUID.randomUUID().toString());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file).strip();
    }

    @Override
    public String kind() {
        return "local";
    }

    @Override
    public String installation() {
        return installation;
    }

    @Override
    public Map<String, ResourceClass> classes() {
        return Map.of(RESOURCE_CLASS, new ResourceClass(RESOURCE_CLASS, capacity, settings.runsPerWorker(), 0));
    }

    @Override
    public boolean stopsWithService() {
        return true;
    }

    @Override
    public String launch(Launch launch) throws IOException {
        Process there = children.get(launch.worker());
        if (there != null && there.isAlive()) {
            return externalId(there, launch.worker());
        }
        Path scratch = Files.createDirectories(home.home().resolve("scratch"));
        Files.createDirectories(home.logs());
        List<String> command = new ArrayList<>(List.of("setsid", java()));
        command.addAll(settings.jvmOptions());
        command.addAll(List.of("-cp", settings.classPath(), settings.mainClass()));
        command.addAll(settings.arguments());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        logFile(launch.worker()).toFile()));
        builder.directory(scratch.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(INHERITED);
        String threads = Integer.toString(settings.threads());
        environment.putAll(Map.of(
                WorkerProtocol.ENV_SERVICE_URL,
                launch.service().toString(),
                WorkerProtocol.ENV_WORKER_ID,
                launch.worker().toString(),
                WorkerProtocol.ENV_WORKER_TOKEN,
                launch.token(),
                WorkerProtocol.ENV_WORKER_SCRATCH,
                scratch.toString(),
                WorkerProtocol.ENV_WORKER_THREADS,
                threads,
                HOME_VARIABLE,
                home.home().toString(),
                "MKL_THREADING_LAYER",
                "GNU",
                "OMP_NUM_THREADS",
                threads,
                "MKL_NUM_THREADS",
                threads));
        // without it a GPU does not repeat its bits, and the worker refuses to start
        environment.put("CUBLAS_WORKSPACE_CONFIG", ":4096:8");
        Process process = builder.start();
        children.put(launch.worker(), process);
        process.onExit().thenRun(() -> listeners.forEach(Runnable::run));
        return externalId(process, launch.worker());
    }

    private String externalId(Process process, UUID worker) throws IOException {
        return ProcessIdentity.of(process.pid())
                .orElseThrow(() -> new IOException("the worker process ended at once, see " + logFile(worker)))
                .externalId();
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private Path logFile(UUID worker) {
        return home.logs().resolve("worker-" + worker + ".log");
    }

    /** A process of this machine is there or it is not: what has no process is dead. */
    @Override
    public Sighting look(UUID worker, @Nullable String externalId) {
        if (externalId != null && isAlive(externalId)) {
            return Sighting.of(Phase.RUNNING);
        }
        Process process = children.get(worker);
        try {
            // The kernel knows of an end a moment before the Process object does.
            if (process == null || !process.waitFor(1, TimeUnit.SECONDS)) {
                return Sighting.of(Phase.GONE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LauncherUnavailableException("interrupted while looking at worker " + worker, e);
        }
        return ends.computeIfAbsent(worker, id -> end(process.exitValue()));
    }

    private Sighting end(int code) {
        return code == WorkerProtocol.EXIT_OUT_OF_MEMORY && outOfMemory.takeOne()
                ? new Sighting(
                        Phase.ENDED,
                        OptionalInt.of(code),
                        FailureClass.OUT_OF_MEMORY,
                        "the kernel killed it because memory ran out")
                : Sighting.ended(code);
    }

    private static boolean isAlive(String externalId) {
        return ProcessIdentity.parse(externalId)
                .filter(ProcessIdentity::isAlive)
                .isPresent();
    }

    /** Finds processes by the environment they were given. */
    @Override
    public Map<UUID, String> discover() {
        Map<UUID, String> found = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                workerOf(process).ifPresent(worker -> ProcessIdentity.of(pid)
                        .ifPresent(identity -> found.put(worker, identity.externalId())));
            }
        } catch (IOException e) {
            log.warn("cannot list processes: {}", e.toString());
        }
        return found;
    }

    private Optional<UUID> workerOf(Path process) {
        Map<String, String> environment = new HashMap<>();
        try {
            String all = Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
            for (String entry : all.split("\0", -1)) {
                int equals = entry.indexOf('=');
                if (equals > 0) {
                    environment.put(entry.substring(0, equals), entry.substring(equals + 1));
                }
            }
            String worker = environment.get(WorkerProtocol.ENV_WORKER_ID);
            return worker != null && home.home().toString().equals(environment.get(HOME_VARIABLE))
                    ? Optional.of(UUID.fromString(worker))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            // Gone meanwhile, another user's, or not one of ours.
            return Optional.empty();
        }
    }

    @Override
    public void terminate(String externalId) {
        handle(externalId).ifPresent(ProcessHandle::destroy);
    }

    @Override
    public void kill(String externalId) {
        handle(externalId).ifPresent(ProcessHandle::destroyForcibly);
    }

    private static Optional<ProcessHandle> handle(String externalId) {
        return ProcessIdentity.parse(externalId)
                .filter(ProcessIdentity::isAlive)
                .flatMap(identity -> ProcessHandle.of(identity.pid()));
    }

    /** The log file stays where the operator may read it. */
    @Override
    public void forget(UUID worker, String externalId) {
        children.remove(worker);
        ends.remove(worker);
    }

    @Override
    public Optional<String> output(UUID worker, @Nullable String externalId) {
        try (SeekableByteChannel file = Files.newByteChannel(logFile(worker))) {
            long start = Math.max(0, file.size() - LONGEST_OUTPUT);
            ByteBuffer tail = ByteBuffer.allocate((int) (file.size() - start));
            file.position(start);
            while (tail.hasRemaining() && file.read(tail) >= 0) {
                // On to the end.
            }
            return Optional.of(StandardCharsets.UTF_8.decode(tail.flip()).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }
}

package io.bitfrontier.service.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/**
 * etcd, kube-apiserver, kube-controller-manager and kube-scheduler on 127.0.0.1, in a directory and on ports of their own, as
 * long as this JVM lives. Nothing in it is lenient: RBAC, the built-in admission and the pod security standards are on. Periods
 * after which a cluster gives up a node are shorter than usual.
 */
public final class ControlPlane {
    /** May do everything. */
    public static final String ADMIN = "admin";
    /** The user {@code outsider}: authenticated, and allowed nothing until a test binds a role. */
    public static final String OUTSIDER = "outsider";

    private static @Nullable ControlPlane shared;

    private final Path directory;
    private final URI etcdUri;
    private final URI server;
    private final ServerProcess etcd;
    private final ServerProcess apiServer;
    private final ServerProcess controllerManager;
    private final ServerProcess scheduler;
    private @Nullable SSLContext trust;

    /** The one of this JVM, started at first use. Skips the calling test where nothing names the binaries. */
    public static synchronized ControlPlane shared() {
        Optional<Path> binaries = binaries();
        assumeTrue(
                binaries.isPresent(),
                "SKIPPED: needs a Kubernetes control plane: KUBEBUILDER_ASSETS=$(.ci/control-plane/build) builds and names one");
        ControlPlane running = shared;
        if (running == null) {
            running = new ControlPlane(binaries.orElseThrow());
            running.start();
            shared = running;
        }
        return running;
    }

    /** Whether the environment names the binaries. */
    public static boolean isNamed() {
        return binaries().isPresent();
    }

    private static Optional<Path> binaries() {
        String assets = System.getenv("KUBEBUILDER_ASSETS");
        if (assets == null || assets.isBlank()) {
            return Optional.empty();
        }
        Path directory = Path.of(assets).toAbsolutePath();
        for (String name : List.of("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")) {
            if (!Files.isExecutable(directory.resolve(name))) {
                throw new IllegalStateException("KUBEBUILDER_ASSETS=" + assets + " has no " + name);
            }
        }
        return Optional.of(directory);
    }

    private ControlPlane(Path binaries) {
        try {
            directory = Files.createTempDirectory("control-plane");
            Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
            int etcdPort = freePort();
            etcdUri = URI.create("http://127.0.0.1:" + etcdPort);
            int port = freePort();
            server = URI.create("https://127.0.0.1:" + port);
            writeKeys();
            Files.writeString(directory.resolve("tokens.csv"), """
                    admin,admin,admin,"system:masters"
                    outsider,outsider,outsider
                    controllers,controllers,controllers,"system:masters"
                    scheduler,system:kube-scheduler,scheduler
                    """);
            etcd = new ServerProcess(
                    directory,
                    binaries.resolve("etcd"),
                    List.of(
                            "--data-dir=" + directory.resolve("etcd"),
                            "--listen-client-urls=" + etcdUri,
                            "--advertise-client-urls=" + etcdUri,
                            "--listen-peer-urls=http://127.0.0.1:" + freePort(),
                            "--unsafe-no-fsync",
                            "--log-level=error"),
                    () -> healthy(HttpClient.newHttpClient(), etcdUri.resolve("/health")));
            apiServer = new ServerProcess(
                    directory, binaries.resolve("kube-apiserver"), apiServerArguments(port), this::apiServerIsReady);
            controllerManager = new ServerProcess(
                    directory, binaries.resolve("kube-controller-manager"), controllerArguments(), () -> true);
            scheduler = new ServerProcess(
                    directory,
                    binaries.resolve("kube-scheduler"),
                    List.of(
                            "--kubeconfig=" + directory.resolve("scheduler.kubeconfig"),
                            "--leader-elect=false",
                            "--secure-port=0",
                            "--profiling=false"),
                    () -> true);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> apiServerArguments(int port) {
        return List.of(
                "--etcd-servers=" + etcdUri,
                "--etcd-compaction-interval=0",
                "--bind-address=127.0.0.1",
                "--secure-port=" + port,
                "--cert-dir=" + directory.resolve("certificates"),
                "--endpoint-reconciler-type=none",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + directory.resolve("accounts.pub"),
                "--service-account-signing-key-file=" + directory.resolve("accounts.key"),
                "--token-auth-file=" + directory.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--default-not-ready-toleration-seconds=5",
                "--default-unreachable-toleration-seconds=5",
                "--profiling=false");
    }

    private List<String> controllerArguments() {
        return List.of(
                "--kubeconfig=" + directory.resolve("controllers.kubeconfig"),
                "--leader-elect=false",
                "--secure-port=0",
                "--service-account-private-key-file=" + directory.resolve("accounts.key"),
                "--root-ca-file=" + certificate(),
                "--node-monitor-period=1s",
                "--node-monitor-grace-period=10s",
                "--namespace-sync-period=10s",
                "--profiling=false");
    }

    private void start() {
        etcd.start();
        apiServer.start();
        try {
            for (String user : List.of("controllers", "scheduler")) {
                Files.writeString(directory.resolve(user + ".kubeconfig"), kubeconfigText(user, "default"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        controllerManager.start();
        scheduler.start();
    }

    private void stop() {
        for (ServerProcess process : List.of(scheduler, controllerManager, apiServer, etcd)) {
            process.kill();
        }
        FileSystemUtils.deleteRecursively(directory.toFile());
    }

    public URI server() {
        return server;
    }

    public ServerProcess apiServer() {
        return apiServer;
    }

    public ServerProcess controllerManager() {
        return controllerManager;
    }

    public ServerProcess scheduler() {
        return scheduler;
    }

    /** Works as the bearer of {@code token}: {@link #ADMIN}, {@link #OUTSIDER} or one of {@link #tokenOf}. */
    public ClusterClient as(String token) {
        return new ClusterClient(server, trust(), token);
    }

    public ClusterClient admin() {
        return as(ADMIN);
    }

    /** A token of a service account, for a day. */
    public String tokenOf(String namespace, String account) {
        return admin().call(
                        "POST",
                        "/api/v1/namespaces/" + namespace + "/serviceaccounts/" + account + "/token",
                        ClusterClient.parse(
                                        "{apiVersion: authentication.k8s.io/v1, kind: TokenRequest, spec: {expirationSeconds: 86400}}")
                                .get(0))
                .orThrow()
                .get("status")
                .get("token")
                .asString();
    }

    /** A file that kubectl and every client understand; it lives as long as the control plane. */
    public Path kubeconfig(String token, String namespace) {
        try {
            Path file = directory.resolve("kubeconfig-" + UUID.randomUUID());
            return Files.writeString(file, kubeconfigText(token, namespace));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String kubeconfigText(String token, String namespace) {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: test
                  cluster: {server: "%s", certificate-authority: "%s"}
                users:
                - name: user
                  user: {token: "%s"}
                contexts:
                - name: test
                  context: {cluster: test, user: user, namespace: %s}
                current-context: test
                """.formatted(server, certificate(), token, namespace);
    }

    /** A new namespace with these labels, in which pods can be created at once. */
    public String namespace(Map<String, String> labels) {
        String name = "test-" + UUID.randomUUID().toString().substring(0, 8);
        JsonNode object = ClusterClient.JSON.valueToTree(
                Map.of("apiVersion", "v1", "kind", "Namespace", "metadata", Map.of("name", name, "labels", labels)));
        admin().call("POST", "/api/v1/namespaces", object).orThrow();
        admin().await("/api/v1/namespaces/" + name + "/serviceaccounts/default", account -> account.has("metadata"));
        return name;
    }

    /**
     * Makes etcd forget all revisions before the present one, and the API server what it has cached of them: every watch ends, and
     * one that goes on from an earlier revision is told 410.
     */
    public void forgetHistory() {
        apiServer.kill();
        JsonNode range =
                etcdCall("/v3/kv/range", Map.of("key", Base64.getEncoder().encodeToString(new byte[] {1})));
        String revision = range.get("header").get("revision").asString();
        etcdCall("/v3/kv/compaction", Map.of("revision", revision, "physical", true));
        apiServer.start();
    }

    private JsonNode etcdCall(String path, Map<String, ?> body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(etcdUri.resolve(path))
                    .POST(HttpRequest.BodyPublishers.ofString(ClusterClient.JSON.writeValueAsString(body)))
                    .build();
            HttpResponse<String> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(path + ": " + response.statusCode() + " " + response.body());
            }
            return ClusterClient.JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Path certificate() {
        return directory.resolve("certificates/apiserver.crt");
    }

    /** The API server makes its certificate when it first starts. */
    private synchronized SSLContext trust() {
        SSLContext context = trust;
        if (context == null) {
            try (InputStream file = Files.newInputStream(certificate())) {
                KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
                store.load(null, null);
                int number = 0;
                for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                    store.setCertificateEntry("api-" + number++, one);
                }
                TrustManagerFactory factory =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init(store);
                context = SSLContext.getInstance("TLS");
                context.init(null, factory.getTrustManagers(), null);
                trust = context;
            } catch (IOException | GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        return context;
    }

    private boolean apiServerIsReady() {
        if (!Files.exists(certificate())) {
            return false;
        }
        try {
            return as(ADMIN).call("GET", "/readyz", null).status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private static boolean healthy(HttpClient http, URI uri) {
        try {
            return http.send(
                                    HttpRequest.newBuilder(uri)
                                            .timeout(Duration.ofSeconds(2))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Below the range from which the kernel takes ports for outgoing connections: it stays free while its owner restarts. */
    static int freePort() {
        List<Integer> refused = new ArrayList<>();
        while (refused.size() < 100) {
            int port = 20_000 + ThreadLocalRandom.current().nextInt(12_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                refused.add(port);
            }
        }
        throw new IllegalStateException("no free port among " + refused);
    }

    /** What signs and proves the tokens of service accounts. */
    private void writeKeys() throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        Files.writeString(
                directory.resolve("accounts.key"),
                pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        Files.writeString(
                directory.resolve("accounts.pub"),
                pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(type, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), type);
    }
}

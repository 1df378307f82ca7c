package io.bitfrontier.service.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** The part of a kubelet's own API that the API server asks for the logs of a container. */
final class NodeLogs implements AutoCloseable {
    private static final String PASSWORD = "changeit";
    private static final Pattern TAIL = Pattern.compile("(?:^|&)tailLines=(\\d+)");
    private static final Pattern LIMIT = Pattern.compile("(?:^|&)limitBytes=(\\d+)");

    private final HttpsServer server;

    /** @param logs the file of (namespace/pod, container) */
    NodeLogs(Path directory, BiFunction<String, String, Optional<Path>> logs) throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate(directory)));
        server.createContext("/containerLogs/", exchange -> answer(exchange, logs));
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, BiFunction<String, String, Optional<Path>> logs)
            throws IOException {
        // /containerLogs/NAMESPACE/POD/CONTAINER
        String[] parts = exchange.getRequestURI().getPath().split("/");
        Optional<Path> file = parts.length == 5 ? logs.apply(parts[2] + "/" + parts[3], parts[4]) : Optional.empty();
        byte[] text = file.isPresent() && Files.exists(file.get()) ? Files.readAllBytes(file.get()) : new byte[0];
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        text = tail(text, number(TAIL, query));
        long limit = Math.min(number(LIMIT, query), text.length);
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        exchange.sendResponseHeaders(file.isPresent() ? 200 : 404, limit == 0 ? -1 : limit);
        exchange.getResponseBody().write(text, 0, (int) limit);
        exchange.close();
    }

    private static long number(Pattern pattern, String query) {
        Matcher matcher = pattern.matcher(query);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : Long.MAX_VALUE;
    }

    private static byte[] tail(byte[] text, long lines) {
        List<String> all = new String(text, StandardCharsets.UTF_8).lines().toList();
        if (all.size() <= lines) {
            return text;
        }
        return (String.join("\n", all.subList(all.size() - (int) lines, all.size())) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The JDK makes certificates only by its tool. */
    private static SSLContext certificate(Path directory) throws IOException {
        Path store = directory.resolve("node.p12");
        try {
            Process tool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-keyalg",
                            "EC",
                            "-dname",
                            "CN=node",
                            "-ext",
                            "SAN=ip:127.0.0.1",
                            "-storetype",
                            "PKCS12",
                            "-storepass",
                            PASSWORD,
                            "-keystore",
                            store.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!tool.waitFor(1, TimeUnit.MINUTES) || tool.exitValue() != 0) {
                throw new IOException("keytool made no certificate");
            }
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream file = Files.newInputStream(store)) {
                keys.load(file, PASSWORD.toCharArray());
            }
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keys, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

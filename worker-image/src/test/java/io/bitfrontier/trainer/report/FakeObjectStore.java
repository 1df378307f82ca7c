package io.bitfrontier.trainer.report;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.DownloadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadReply;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadRequest;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.UploadedParts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An object store behind signed URLs, in memory. It refuses what real ones refuse: no signature, no content length. */
final class FakeObjectStore implements AutoCloseable {
    private static final String SIGNATURE = "?signature=secret";

    /** By URI. */
    final Map<String, byte[]> objects = new TreeMap<>();

    final Map<String, Integer> downloads = new ConcurrentHashMap<>();
    private final Map<String, byte[]> parts = new ConcurrentHashMap<>();
    private final Set<Integer> failing = new HashSet<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private int requests;
    long partBytes = 1 << 20;

    FakeObjectStore() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** The {@code n}th request from now, counted from 1, is answered by 503. */
    synchronized void failRequest(int n) {
        failing.add(requests + n);
    }

    private String url(String key) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/"
                + URLEncoder.encode(key, StandardCharsets.UTF_8) + SIGNATURE;
    }

    List<String> urls(DownloadRequest request) {
        return request.names().stream()
                .map(name -> url(request.checkpoint() + "/" + name))
                .toList();
    }

    UploadReply upload(UploadRequest request) {
        if (request.bytes() <= partBytes) {
            return new UploadReply(null, partBytes, List.of(url(request.uri())));
        }
        List<String> urls = new ArrayList<>();
        for (int part = 0; part * partBytes < request.bytes(); part++) {
            urls.add(url(request.uri() + "#" + part));
        }
        return new UploadReply("upload-1", partBytes, urls);
    }

    synchronized void assemble(UploadedParts uploaded) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (int part = 0; part < uploaded.etags().size(); part++) {
            if (!uploaded.etags().get(part).equals("etag of " + uploaded.uri() + "#" + part)) {
                throw new IllegalStateException("wrong etag " + uploaded.etags().get(part));
            }
            whole.writeBytes(parts.get(uploaded.uri() + "#" + part));
        }
        objects.put(uploaded.uri(), whole.toByteArray());
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String key = exchange.getRequestURI().getPath().substring(1);
            requests++;
            int status = status(exchange);
            byte[] answer = new byte[0];
            if (status == 200 && exchange.getRequestMethod().equals("PUT")) {
                (key.contains("#") ? parts : objects).put(key, body);
                exchange.getResponseHeaders().set("ETag", "etag of " + key);
            } else if (status == 200) {
                downloads.merge(key, 1, Integer::sum);
                answer = objects.get(key);
                status = answer == null ? 404 : 200;
            }
            exchange.sendResponseHeaders(status, answer == null || answer.length == 0 ? -1 : answer.length);
            if (answer != null) {
                exchange.getResponseBody().write(answer);
            }
        }
    }

    private int status(HttpExchange exchange) {
        if (failing.remove(requests)) {
            return 503;
        }
        if (!SIGNATURE.equals("?" + exchange.getRequestURI().getQuery())) {
            return 403;
        }
        boolean chunked = exchange.getRequestHeaders().containsKey("Transfer-encoding");
        return chunked ? 411 : 200;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

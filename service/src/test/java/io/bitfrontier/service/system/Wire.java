package io.bitfrontier.service.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP port that leads to others, connection by connection to the next one that listens, until it is cut: then what is under way
 * breaks off and what comes is not answered.
 */
final class Wire implements AutoCloseable {
    private final ServerSocket entrance;
    private final int[] targets;
    private final AtomicInteger connections = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile int preferred = -1;

    Wire(int... targets) throws IOException {
        this.targets = targets;
        this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        background("wire", this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    void cut() {
        cut = true;
        open.forEach(Wire::close);
    }

    void mend() {
        cut = false;
        preferred = -1;
        // Callers that wait in vain are let go.
        open.forEach(Wire::close);
    }

    /** Whoever is connected is let go, and comes to this target while it listens, until {@link #mend}. */
    void prefer(int target) {
        preferred = target;
        open.forEach(Wire::close);
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket from = entrance.accept();
                open.add(from);
                if (!cut) {
                    connect(from);
                }
            } catch (IOException e) {
                // Closed, or nobody at the other end: the caller sees it.
            }
        }
    }

    private void connect(Socket from) {
        try {
            Socket to = reach();
            open.add(to);
            background("wire-out", () -> pump(from, to));
            background("wire-in", () -> pump(to, from));
        } catch (IOException e) {
            close(from);
            open.remove(from);
        }
    }

    /** The first that listens, beginning with the preferred or else with the next in turn. */
    private Socket reach() throws IOException {
        int first = preferred >= 0 ? preferred : connections.getAndIncrement();
        for (int i = 0; i < targets.length - 1; i++) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), targets[Math.floorMod(first + i, targets.length)]);
            } catch (ConnectException dead) {
                // The next one, then.
            }
        }
        return new Socket(InetAddress.getLoopbackAddress(), targets[Math.floorMod(first - 1, targets.length)]);
    }

    private void pump(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // One end is gone, so the other goes too.
        } finally {
            close(from);
            close(to);
            open.remove(from);
            open.remove(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed as far as it can be.
        }
    }

    private static void background(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        cut();
    }
}

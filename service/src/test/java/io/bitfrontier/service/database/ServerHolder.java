package io.bitfrontier.service.database;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A process that starts a server, says where, and waits to be killed. */
public final class ServerHolder {
    private ServerHolder() {}

    public static void main(String[] arguments) throws Exception {
        PostgresServer server =
                PostgresServer.start(Path.of(arguments[0]), Path.of(arguments[1]), Map.of("max_connections", "200"));
        System.out.println(server.jdbcUrl());
        new CountDownLatch(1).await();
    }
}

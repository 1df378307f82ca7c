package io.bitfrontier.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code service.json} in the home says about the service of that home; the launcher script writes it when it
 * starts one.
 *
 * @param pid the service's process
 * @param port the port it was told to listen on
 * @param owner the process that started it and stops it, or 0 where a person does
 */
record ServiceFile(long pid, int port, long owner) {
    private static final String NAME = "service.json";
    /** Part of every command line that runs a service, so that a number given to another process is not mistaken. */
    private static final String MARK = "bitfrontier";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** The service of this home, if its process lives. */
    static Optional<ServiceFile> ofLiving(Path home) {
        try {
            ServiceFile found = MAPPER.readValue(Files.readString(home.resolve(NAME)), ServiceFile.class);
            return isService(found.pid) ? Optional.of(found) : Optional.empty();
        } catch (IOException | JacksonException e) {
            // No service was ever started here, or its start was cut short while the file was being written.
            return Optional.empty();
        }
    }

    /** Whether whoever should stop the service is gone. */
    boolean orphaned() {
        return owner != 0 && !isService(owner);
    }

    private static boolean isService(long pid) {
        try {
            // Empty for a process that has ended but whose parent has not noticed.
            byte[] commandLine = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
            return new String(commandLine, StandardCharsets.UTF_8).contains(MARK);
        } catch (IOException e) {
            return false;
        }
    }
}

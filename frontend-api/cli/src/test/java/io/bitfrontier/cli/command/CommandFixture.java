package io.bitfrontier.cli.command;

import io.bitfrontier.cli.FakeApi;
import io.bitfrontier.cli.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Commands that speak to a service which answers what a test tells it to, with a document at hand. */
abstract class CommandFixture {
    final FakeApi api = new FakeApi();
    final Terminal terminal = Terminal.to(api.url());

    @TempDir
    Path folder;

    Path document;

    @BeforeEach
    void writeDocument() throws IOException {
        document = Files.writeString(folder.resolve("sweep.yaml"), "name: demo\n");
    }

    @AfterEach
    void close() {
        api.close();
    }
}

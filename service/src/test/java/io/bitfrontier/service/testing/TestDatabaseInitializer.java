package io.bitfrontier.service.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** Points a context at the shared database and gives it a home of its own. */
final class TestDatabaseInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        TestDatabase database = TestDatabase.get();
        CleanTables.clean();
        TestPropertyValues.of(
                        "spring.datasource.url=" + database.url(),
                        "spring.datasource.username=" + database.user(),
                        "spring.datasource.password=" + database.password(),
                        "bitfrontier.home=" + freshHome())
                .applyTo(context);
    }

    private static Path freshHome() {
        try {
            return Files.createTempDirectory(Files.createDirectories(Path.of("target")), "test-home-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

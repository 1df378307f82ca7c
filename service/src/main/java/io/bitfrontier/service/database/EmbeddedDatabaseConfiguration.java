package io.bitfrontier.service.database;

import io.bitfrontier.service.config.BitfrontierSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** The home's lock, and the embedded database where no other is configured. */
@Configuration(proxyBeanMethods = false)
class EmbeddedDatabaseConfiguration {
    @Bean
    HomeLock homeLock(BitfrontierSettings settings) {
        return HomeLock.take(settings.home());
    }

    /** True where {@code spring.datasource.url} is not set. */
    static final class NoServerConfigured implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return !context.getEnvironment().containsProperty("spring.datasource.url");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Conditional(NoServerConfigured.class)
    static class Embedded {
        /** The lock comes first: it is what makes stopping an orphan safe. */
        @Bean
        PostgresServer postgresServer(BitfrontierSettings settings, HomeLock lock) throws IOException {
            Path home = settings.home();
            return PostgresServer.start(
                    home.resolve("cache"), home.resolve("postgres-" + PostgresBinaries.MAJOR_VERSION), Map.of());
        }

        @Bean
        JdbcConnectionDetails jdbcConnectionDetails(PostgresServer server) {
            return new JdbcConnectionDetails() {
                @Override
                public String getUsername() {
                    return server.user();
                }

                @Override
                public String getPassword() {
                    return "";
                }

                @Override
                public String getJdbcUrl() {
                    return server.jdbcUrl();
                }
            };
        }
    }
}

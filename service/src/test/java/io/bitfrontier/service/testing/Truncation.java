package io.bitfrontier.service.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

/**
 * Empties tables that services read meanwhile.
 *
 * <p>It needs every table to itself, and services read them in any order: waiting for one while holding others is a
 * deadlock, of which PostgreSQL ends either side after a second. So it waits for less, lets go of all, and asks again. Only
 * who has waited for {@code deadlock_timeout} makes an automatic vacuum give way: that is less still.
 */
public final class Truncation {
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String DEADLOCK_DETECTED = "40P01";
    private static final Set<String> PASSING = Set.of(LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED);
    private static final int ATTEMPTS = 100;

    private Truncation() {}

    /** Whether rows to come are numbered from one again. */
    public enum Numbers {
        CONTINUE,
        RESTART
    }

    /**
     * Empties tables and what refers to them.
     *
     * @throws SQLException if services kept some table busy for a hundred attempts, or the statement failed
     */
    public static void of(Connection connection, List<String> tables, Numbers numbers) throws SQLException {
        String statement = ("DO $$ BEGIN SET LOCAL deadlock_timeout = '100ms'; SET LOCAL lock_timeout = '300ms'; "
                        + "TRUNCATE %s %s IDENTITY CASCADE; END $$")
                .formatted(String.join(", ", tables), numbers);
        for (int attempt = 1; ; attempt++) {
            try (Statement one = connection.createStatement()) {
                one.execute(statement);
                return;
            } catch (SQLException e) {
                if (!PASSING.contains(String.valueOf(e.getSQLState())) || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}

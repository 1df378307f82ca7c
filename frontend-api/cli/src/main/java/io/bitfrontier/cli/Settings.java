package io.bitfrontier.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Everything the command line takes from its surroundings, read once.
 *
 * @param url the service
 * @param port the port that a service started here listens on
 * @param home where the service keeps its state, absolute
 * @param launcher the script that starts services, or null when run without it
 * @param demoSweep the demonstration sweep that came with the program, or null
 * @param terminal whether progress goes to a terminal
 * @param columns width of the terminal
 * @param token where the token for the service comes from
 */
public record Settings(
        URI url,
        int port,
        Path home,
        @Nullable Path launcher,
        @Nullable Path demoSweep,
        boolean terminal,
        int columns,
        TokenSource token) {
    private static final int DEFAULT_PORT = 8080;
    private static final int DEFAULT_COLUMNS = 80;

    /** Without a token but for the usual file in the home. */
    public Settings(
            URI url,
            int port,
            Path home,
            @Nullable Path launcher,
            @Nullable Path demoSweep,
            boolean terminal,
            int columns) {
        this(
                url,
                port,
                home,
                launcher,
                demoSweep,
                terminal,
                columns,
                new TokenSource(null, null, home.resolve("token")));
    }

    /**
     * From environment variables and from the system properties that the launcher script sets.
     *
     * @throws WrongUsageException naming the variable, its value and what it should be
     */
    public static Settings from(Map<String, String> environment, Properties properties) {
        int port = whole(environment, "SERVER_PORT", DEFAULT_PORT, 1, 65_535);
        String url = nonBlank(environment.get("BITFRONTIER_URL"));
        String home = nonBlank(environment.get("BITFRONTIER_HOME"));
        Path userHome = Path.of(properties.getProperty("user.home", "."));
        Path folder = (home == null ? userHome.resolve(".bitfrontier") : Path.of(home))
                .toAbsolutePath()
                .normalize();
        return new Settings(
                url == null ? local(port) : parseUrl("BITFRONTIER_URL", url),
                port,
                folder,
                path(properties.getProperty("bitfrontier.launcher")),
                path(properties.getProperty("bitfrontier.demo.sweep")),
                "true".equals(properties.getProperty("bitfrontier.terminal")),
                whole(environment, "BITFRONTIER_COLUMNS", DEFAULT_COLUMNS, 20, 10_000),
                TokenSource.from(environment, folder));
    }

    /** The token for a service started here; one that is meant for a service elsewhere is none of its business. */
    public @Nullable String localToken() {
        return url.equals(local(port)) ? token.token(null) : null;
    }

    /** The address of a service started here. */
    public static URI local(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** An http(s) address with a host, or a complaint that names where it came from. */
    public static URI parseUrl(String source, String text) {
        try {
            URI url = new URI(text);
            if (url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Said below, as for every other text that is no address.
        }
        throw new WrongUsageException(
                source + " is '" + text + "', an address such as http://127.0.0.1:8080 is needed");
    }

    private static int whole(Map<String, String> environment, String name, int absent, int least, int most) {
        String text = nonBlank(environment.get(name));
        if (text == null) {
            return absent;
        }
        if (text.matches("\\d{1,9}")) {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw new WrongUsageException(
                name + " is '" + text + "', a whole number from " + least + " to " + most + " is needed");
    }

    private static @Nullable Path path(@Nullable String text) {
        return text == null ? null : Path.of(text);
    }

    private static @Nullable String nonBlank(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}

package io.bitfrontier.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** A command line whose output is kept and whose pauses pass at once. */
public final class Terminal extends Clock {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Settings settings;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    public Terminal(Settings settings) {
        this.settings = settings;
    }

    /** Works with this service. */
    public static Terminal to(URI url) {
        return new Terminal(settings(url, false));
    }

    public static Settings settings(URI url, boolean terminal) {
        return new Settings(url, 8080, Path.of("home").toAbsolutePath(), null, null, terminal, 100);
    }

    public int run(String... arguments) {
        return Main.commandLine(context()).execute(arguments);
    }

    public Context context() {
        return new Context(
                settings, new PrintWriter(out, true), new PrintWriter(err, true), this, pause -> now = now.plus(pause));
    }

    /** Like {@link #context()}, for processes that really start: time passes as on a wall, pauses ten times as fast. */
    public Context contextInRealTime() {
        return new Context(
                settings,
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Clock.systemUTC(),
                pause -> Thread.sleep(pause.toMillis() / 10));
    }

    public String out() {
        return out.toString();
    }

    public String err() {
        return err.toString();
    }

    public Duration passed() {
        return Duration.between(Instant.parse("2026-01-01T00:00:00Z"), now);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(@Nullable ZoneId zone) {
        return this;
    }

    @Override
    public Instant instant() {
        return now;
    }
}

package io.bitfrontier.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.cli.CommandFailedException;
import io.bitfrontier.cli.FakeApi;
import io.bitfrontier.cli.Samples;
import io.bitfrontier.cli.Terminal;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Sweep;
import io.bitfrontier.cli.api.UnreachableException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SweepWatcherTest {
    private static final String SWEEP = "GET /api/v1/sweeps/" + Samples.ID;

    private final FakeApi api = new FakeApi();

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void aTerminalSeesOneLineRedrawn() {
        api.on(SWEEP, 200, Samples.running(10, 3_000_000)).on(SWEEP, 200, Samples.succeeded());
        Terminal terminal = new Terminal(Terminal.settings(api.url(), true));

        new SweepWatcher(terminal.context(), new ApiClient(api.url())).untilEnd(Samples.ID);

        assertThat(terminal.err())
                .isEqualTo("\r\u001b[K████████░░░░░░░░░░░░░░░░ 33 % · 10/70 runs done · 2 running · "
                        + "3 ready · 55 waiting · 98.1k tokens/…"
                        + "\r\u001b[K████████████████████████ 100 % · 70/70 runs done\n");
    }

    @Test
    void elsewhereAPlainLineComesEveryFiveSeconds() {
        for (int i = 0; i < 7; i++) {
            api.on(SWEEP, 200, Samples.running(i, i * 1_000_000L));
        }
        api.on(SWEEP, 200, Samples.succeeded());
        Terminal terminal = Terminal.to(api.url());

        new SweepWatcher(terminal.context(), new ApiClient(api.url())).untilEnd(Samples.ID);

        assertThat(terminal.err()).isEqualTo("""
                demo: 0 % · 0/70 runs done · 2 running · 3 ready · 65 waiting · 98.1k tokens/s · 1:24 left
                demo: 56 % · 5/70 runs done · 2 running · 3 ready · 60 waiting · 98.1k tokens/s · 1:24 left
                demo: 100 % · 70/70 runs done
                """);
        assertThat(terminal.passed()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void aSweepWhoseTokensAreTrainedIsNotDoneBeforeItsEvaluations() {
        api.on(SWEEP, 200, Samples.running(69, 9_000_000));
        Sweep sweep =
                new ApiClient(api.url()).get("/api/v1/sweeps/" + Samples.ID).as(Sweep.class);

        assertThat(ProgressLine.share(sweep)).isEqualTo(0.99);
    }

    @Test
    void aServiceThatStaysAwayIsGivenAMinute() {
        URI nobody = api.url();
        api.close();
        Terminal terminal = Terminal.to(nobody);
        SweepWatcher watcher = new SweepWatcher(terminal.context(), new ApiClient(nobody));

        assertThatThrownBy(() -> watcher.untilEnd(Samples.ID)).isInstanceOf(UnreachableException.class);

        assertThat(terminal.passed()).isEqualTo(Duration.ofSeconds(60));
        assertThat(terminal.err()).isEqualTo("The service does not answer; trying again for 60 seconds.\n");
    }

    @Test
    void aServiceWhoseDatabaseIsAwayIsWatchedOn() {
        api.unavailable(SWEEP, "2").unavailable(SWEEP, "2").on(SWEEP, 200, Samples.succeeded());
        Terminal terminal = Terminal.to(api.url());

        new SweepWatcher(terminal.context(), new ApiClient(api.url())).untilEnd(Samples.ID);

        assertThat(terminal.err()).isEqualTo("""
                The database does not answer (UNAVAILABLE, status 503); trying again for 60 seconds.
                demo: 100 % · 70/70 runs done
                """);
    }

    @Test
    void aServiceBehindAnIngressWithoutAReadyReplicaIsWatchedOn() {
        api.on(SWEEP, 503, "text/html", "<h1>no endpoints</h1>").on(SWEEP, 200, Samples.succeeded());
        Terminal terminal = Terminal.to(api.url());

        new SweepWatcher(terminal.context(), new ApiClient(api.url())).untilEnd(Samples.ID);

        assertThat(terminal.err()).endsWith("trying again for 60 seconds.\ndemo: 100 % · 70/70 runs done\n");
    }

    @Test
    void aDatabaseThatStaysAwayIsGivenAMinute() {
        api.unavailable(SWEEP, "2");
        Terminal terminal = Terminal.to(api.url());
        SweepWatcher watcher = new SweepWatcher(terminal.context(), new ApiClient(api.url()));

        assertThatThrownBy(() -> watcher.untilEnd(Samples.ID)).hasMessageContaining("UNAVAILABLE");

        assertThat(terminal.passed()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void theCheckBeforeALookEndsTheWatching() {
        Terminal terminal = Terminal.to(api.url());
        SweepWatcher watcher = new SweepWatcher(terminal.context(), new ApiClient(api.url()), () -> {
            throw new CommandFailedException("gone");
        });

        assertThatThrownBy(() -> watcher.untilEnd(Samples.ID)).hasMessage("gone");
        assertThat(api.requests()).isEmpty();
    }
}

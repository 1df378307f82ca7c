package io.bitfrontier.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.cli.FakeApi;
import io.bitfrontier.cli.Terminal;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final String PLANS = "POST /api/v1/plans";

    private final FakeApi api = new FakeApi();
    private final Terminal terminal = Terminal.to(api.url());

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void aBusyServiceIsAskedAgainWhenItSaid() {
        api.unavailable(PLANS, "7").on(PLANS, 200, "{}");

        assertThat(plan().status()).isEqualTo(200);

        assertThat(terminal.passed()).isEqualTo(Duration.ofSeconds(7));
        assertThat(api.requests()).extracting(FakeApi.Request::body).containsExactly("name: x", "name: x");
        assertThat(terminal.err())
                .isEqualTo("The database does not answer (UNAVAILABLE, status 503); trying again for 60 seconds.\n");
    }

    @Test
    void oneThatSaysNoTimeOrADateIsAskedAgainAfterTwoSeconds() {
        api.unavailable(PLANS, "")
                .unavailable(PLANS, "Wed, 21 Oct 2026 07:28:00 GMT")
                .on(PLANS, 200, "{}");

        plan();

        assertThat(terminal.passed()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void anIngressWithoutAReadyReplicaIsAskedAgainAsWell() {
        for (int status : List.of(502, 503, 504)) {
            api.on(PLANS, status, "text/html", "<h1>no endpoints</h1>");
        }
        api.on(PLANS, 200, "{}");

        assertThat(plan().status()).isEqualTo(200);

        assertThat(terminal.passed()).isEqualTo(Duration.ofSeconds(6));
        assertThat(terminal.err())
                .isEqualTo(api.url()
                        + "/api/v1/plans answered 502, and not as Bitfrontier does; trying again for 60 seconds.\n");
    }

    @Test
    void whateverElseIsNoAnswerOfBitfrontierEndsAtOnce() {
        api.on(PLANS, 500, "text/html", "<h1>oh</h1>");

        assertThatThrownBy(this::plan).hasMessageContaining("answered 500, and not as Bitfrontier does.");

        assertThat(terminal.passed()).isZero();
    }

    @Test
    void aMinuteIsTheLimit() {
        api.unavailable(PLANS, "7");

        assertThatThrownBy(this::plan).hasMessageContaining("The database does not answer");

        assertThat(terminal.passed()).isEqualTo(Duration.ofSeconds(56));
        assertThat(api.requests()).hasSize(9);
    }

    @Test
    void whatMayBeSentTwiceIsAndNothingElse() {
        for (String line : List.of("GET /a", "PUT /a", "DELETE /a", "POST /a", "POST /b", "PATCH /a")) {
            api.unavailable(line, "7").on(line, 200, "{}");
        }

        assertThat(client().get("/a").status()).isEqualTo(200);
        assertThat(client().put("/a").status()).isEqualTo(200);
        assertThat(client().delete("/a").status()).isEqualTo(200);
        assertThatThrownBy(() -> client().post("/a")).hasMessageContaining("The database does not answer");
        assertThatThrownBy(() -> client().postJson("/b", "x")).hasMessageContaining("The database does not answer");
        assertThatThrownBy(() -> client().patchJson("/a", "x")).hasMessageContaining("The database does not answer");

        assertThat(terminal.passed()).isEqualTo(Duration.ofSeconds(21));
    }

    @Test
    void anotherProblemIsTheAnswer() {
        api.on(PLANS, 400, "{\"status\":400,\"detail\":\"no grid\",\"code\":\"INVALID\"}");

        assertThatThrownBy(this::plan).hasMessageContaining("no grid");

        assertThat(terminal.passed()).isZero();
    }

    private Answer plan() {
        return client().postYaml("/api/v1/plans", "name: x");
    }

    private ApiClient client() {
        return new ApiClient(api.url()).repeating(new Patience(terminal.context()));
    }
}

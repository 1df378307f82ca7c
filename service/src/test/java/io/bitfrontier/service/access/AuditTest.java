package io.bitfrontier.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bitfrontier.service.access.RouteTable.Route;
import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.RunBuilder;
import io.bitfrontier.service.worker.Workers;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

class AuditTest extends LoginTest {
    @Autowired
    @SuppressWarnings("NullAway.Init")
    private RequestMappingHandlerMapping requestMappingHandlerMapping;

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private TransactionTemplate transaction;

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private AuditRows rows;

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private Workers workers;

    private JsonNode newest() throws Exception {
        return get("/api/v1/audit?limit=1", bootstrap()).json().get("items").get(0);
    }

    private long count() {
        return jdbc().sql("SELECT count(*) FROM audit").query(Long.class).single();
    }

    @Test
    void everyRouteThatIsNotAReadLeavesOneRowAndEveryReadNone() throws Exception {
        UUID sweep = sweep();
        long run = RunBuilder.aRun().neededBy(sweep).insert(jdbc()).run();
        List<Route> routes = RouteTable.routes(requestMappingHandlerMapping).stream()
                .filter(route -> route.handler().hasMethodAnnotation(Needs.class))
                .toList();
        String token = token("olga", "*", "operator");
        for (Route route : routes) {
            long before = count();
            String path = route.pattern()
                    .replace("{sweep}", sweep.toString())
                    .replace("{run}", Long.toString(run))
                    .replace("{project}", "audited")
                    .replaceAll("\\{[^}]+}", "4711");
            Answer answer = send(route.method(), path, token, "{}");
            boolean reads = route.method().equals("GET");
            assertThat(count() - before)
                    .as(route.name() + " answered " + answer.status())
                    .isEqualTo(reads ? 0 : 1);
            if (!reads) {
                JsonNode row = newest();
                assertThat(row.get("caller").asString()).isEqualTo("olga");
                assertThat(row.get("credential").asString()).startsWith("token ");
                assertThat(row.get("method").asString() + " " + row.get("route").asString())
                        .isEqualTo(route.name());
                assertThat(row.get("operation").asString())
                        .isEqualTo(RouteTable.contract().get(route.name()));
                assertThat(row.get("outcome").asString()).isEqualTo(answer.status() < 400 ? "DONE" : "REFUSED");
            }
        }
        assertThat(routes).anyMatch(route -> !route.method().equals("GET"));
    }

    @Test
    void aSubmittedSweepIsNamedInTheTransactionThatStoresIt() throws Exception {
        String token = token("rita", "default", "researcher");
        Answer submitted = send("POST", "/api/v1/sweeps", token, DOCUMENT.formatted("default"));
        String id = submitted.json().get("id").asString();

        JsonNode row = newest();
        assertThat(row.get("operation").asString()).isEqualTo("submitSweep");
        assertThat(row.get("project").asString()).isEqualTo("default");
        assertThat(row.get("subject").asString()).isEqualTo("sweep " + id);
        assertThat(row.get("outcome").asString()).isEqualTo("DONE");
        assertThat(row.has("status")).isFalse();
        assertThat(jdbc().sql(
                                "SELECT a.xmin::text = s.xmin::text FROM audit a, sweep s WHERE a.operation = 'submitSweep'")
                        .query(Boolean.class)
                        .single())
                .isTrue();

        send("PUT", "/api/v1/sweeps/" + id + "/cancellation", token, null);
        assertThat(newest().get("subject").asString()).isEqualTo("sweep " + id);
        assertThat(newest().get("project").asString()).isEqualTo("default");
    }

    @Test
    void whatIsRefusedIsRecordedWithItsStatusAndWithoutTheBody() throws Exception {
        String token = token("vera", "default", "viewer");
        send("POST", "/api/v1/sweeps", token, DOCUMENT.formatted("default"));
        JsonNode row = newest();
        assertThat(row.get("outcome").asString()).isEqualTo("REFUSED");
        assertThat(row.get("status").asInt()).isEqualTo(403);

        String researcher = token("rita", "default", "researcher");
        send("POST", "/api/v1/sweeps", researcher, "{\"secret-thing\": 1}");
        assertThat(newest().get("status").asInt()).isEqualTo(400);

        send("POST", "/api/v1/tokens", researcher, "{\"name\": \"n\", \"roles\": {\"*\": \"operator\"}}");
        assertThat(newest().get("status").asInt()).isEqualTo(403);
        assertThat(newest().get("project").asString()).isEqualTo("*");
        assertThat(newest().get("subject").asString()).isEqualTo("token of rita");
        assertThat(jdbc().sql("SELECT string_agg(a::text, '') FROM audit a")
                        .query(String.class)
                        .single())
                .doesNotContain("secret-thing")
                .doesNotContain("bft_");
    }

    @Test
    void aChangeThatIsRolledBackLeavesNoRowOfItsOwn() {
        Audit.begin(new Audit.Change(Caller.LOCAL, "PUT", "/x", "x"));
        try {
            transaction.executeWithoutResult(status -> status.setRollbackOnly());
            assertThat(count()).isZero();
            transaction.executeWithoutResult(status -> {});
            transaction.executeWithoutResult(status -> {});
            assertThat(count()).isEqualTo(1);
        } finally {
            Audit.end();
        }
    }

    @Test
    void whereTheRowCannotBeWrittenNothingIsChanged() {
        Audit.begin(new Audit.Change(new Caller("\0", "local", Grants.ALL, null), "PUT", "/x", "x"));
        try {
            assertThatThrownBy(() -> transaction.executeWithoutResult(
                            status -> jdbc().sql("INSERT INTO project (name) VALUES ('unaudited')")
                                    .update()))
                    .isInstanceOf(DataAccessException.class);
        } finally {
            Audit.end();
        }
        assertThat(jdbc().sql("SELECT count(*) FROM project WHERE name = 'unaudited'")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void rowsAreNeitherChangedNorRemoved() {
        rows.write(new Audit.Change(Caller.LOCAL, "PUT", "/x", "x"), AuditRows.Outcome.DONE, 200);
        for (String sql : List.of("UPDATE audit SET caller = 'nobody'", "DELETE FROM audit")) {
            assertThatThrownBy(() -> jdbc().sql(sql).update()).hasMessageContaining("the audit is append-only");
        }
    }

    @Test
    void theAuditIsReadByOperatorsOfEverythingInPagesAndByCaller() throws Exception {
        String token = token("olga", "*", "operator");
        for (int i = 0; i < 3; i++) {
            send("PUT", "/api/v1/tokens/4711/revocation", i == 1 ? bootstrap() : token, null);
        }
        Answer first = get("/api/v1/audit?limit=2", token);
        Answer second = get(
                "/api/v1/audit?limit=2&cursor=" + first.json().get("nextCursor").asString(), token);
        assertThat(first.json()
                        .get("items")
                        .valueStream()
                        .map(row -> row.get("caller").asString())
                        .toList())
                .containsExactly("olga", "bootstrap");
        assertThat(second.json().get("items")).hasSize(1);
        assertThat(get("/api/v1/audit?caller=bootstrap", token).json().get("items"))
                .hasSize(1);
        assertThat(get("/api/v1/audit", token("some", Map.of("default", "operator")))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void whatWorkersReportIsNoChangeOfACaller() {
        RunBuilder.aRun().insert(jdbc());
        ProtocolClient.aWorker(http(), workers).claim();
        assertThat(count()).isZero();
    }
}

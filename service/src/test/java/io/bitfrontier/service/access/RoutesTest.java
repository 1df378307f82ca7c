package io.bitfrontier.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.access.Needs.On;
import io.bitfrontier.service.access.RouteTable.Route;
import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.RunBuilder;
import io.bitfrontier.service.worker.Workers;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol;
import io.bitfrontier.vocabulary.protocol.WorkerProtocol.Assignment;
import java.net.URI;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

class RoutesTest extends LoginTest {
    private static final String ADVICE = """
            Every route declares the role it needs: put @Needs(value = Role.…, on = On.…) on its controller method and its row \
            into the table of docs/reference/access.md, as printed here""";

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private RequestMappingHandlerMapping requestMappingHandlerMapping;

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private PathMappedEndpoints actuator;

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private Workers workers;

    private final Map<String, String> variables = new LinkedHashMap<>();
    private String workerToken = "";
    private String attemptToken = "";

    @BeforeEach
    void aSweepWithARunThatAWorkerDoes() {
        project("elsewhere");
        UUID sweep = sweep();
        RunBuilder.Seeded run = RunBuilder.aRun().neededBy(sweep).insert(jdbc());
        ProtocolClient worker = ProtocolClient.aWorker(http(), workers);
        Assignment attempt = worker.claim();
        variables.put("sweep", sweep.toString());
        variables.put("run", Long.toString(run.run()));
        variables.put("project", "default");
        variables.put("worker", worker.id().toString());
        variables.put("attempt", Long.toString(attempt.attemptId()));
        workerToken = worker.secret();
        attemptToken = attempt.token();
    }

    private List<Route> routes() {
        return RouteTable.routes(requestMappingHandlerMapping);
    }

    private List<Route> apiRoutes() {
        return routes().stream()
                .filter(route -> route.handler().hasMethodAnnotation(Needs.class))
                .toList();
    }

    private List<Route> workerRoutes() {
        return routes().stream()
                .filter(route -> WorkerRoutes.has(route.pattern()))
                .toList();
    }

    @Test
    void everyRouteDeclaresItsRoleAndTheDocumentationSaysTheSame() {
        Set<String> expected = RouteTable.expected(requestMappingHandlerMapping, actuator);

        assertThat(RouteTable.documented()).as(ADVICE).isEqualTo(expected);
        assertThat(expected).as(ADVICE).noneMatch(row -> row.contains("NOTHING OPENS IT"));
    }

    @Test
    void everyOperationOfTheContractIsARouteAndEveryRouteOfCallersIsInTheContract() {
        Set<String> served = new TreeSet<>();
        apiRoutes().forEach(route -> served.add(route.name()));

        assertThat(served).as(ADVICE).isEqualTo(RouteTable.contract().keySet());
    }

    @Test
    void aRouteIsReachedByThoseWhoHaveItsRoleAndByNobodyElse() throws Exception {
        Map<String, Grants> people = new LinkedHashMap<>();
        people.put("viewer", new Grants(Map.of("default", Role.VIEWER)));
        people.put("researcher", new Grants(Map.of("default", Role.RESEARCHER)));
        people.put("operator", new Grants(Map.of("default", Role.OPERATOR)));
        people.put("viewer of all", new Grants(Map.of("*", Role.VIEWER)));
        people.put("operator of all", Grants.ALL);
        people.put("stranger", new Grants(Map.of("elsewhere", Role.OPERATOR)));
        people.put("somebody in both", new Grants(Map.of("default", Role.VIEWER, "elsewhere", Role.OPERATOR)));
        SoftAssertions softly = new SoftAssertions();
        for (Map.Entry<String, Grants> person : people.entrySet()) {
            Map<String, String> labels = new LinkedHashMap<>();
            person.getValue().roles().forEach((project, role) -> labels.put(project, role.label()));
            String token = token(person.getKey(), labels);
            for (Route route : apiRoutes()) {
                int status = status(route, token);
                String what = person.getKey() + ": " + route.name() + " answers " + status;
                int refused = refusal(route.needs(), person.getValue());
                if (refused == 0) {
                    // What it answers to an empty body or an unknown id is its own affair.
                    softly.assertThat(status).as(what).isNotIn(401, 403, 500);
                } else {
                    softly.assertThat(status).as(what).isEqualTo(refused);
                }
            }
        }
        softly.assertAll();
    }

    /** How somebody is refused, or 0. Everything here belongs to the project default. */
    private static int refusal(Needs needs, Grants grants) {
        Role role = needs.value();
        return switch (needs.on()) {
            case ANY_PROJECT -> grants.anywhere(role) ? 0 : 403;
            case EVERY_PROJECT -> grants.everywhere(role) ? 0 : 403;
            case PROJECT, SWEEP, RUN ->
                grants.has(role, "default") ? 0 : grants.has(Role.VIEWER, "default") ? 403 : 404;
        };
    }

    @Test
    void withoutATokenOnlyTheProbesAnswer() throws Exception {
        SoftAssertions softly = new SoftAssertions();
        for (Route route : routes()) {
            softly.assertThat(status(route, NOBODY)).as(route.name()).isEqualTo(401);
        }
        for (String path : actuator.getAllPaths()) {
            softly.assertThat(get(path, NOBODY).status()).as(path).isEqualTo(401);
        }
        for (String path : List.of("/", "/index.html", "/api/v1/nowhere", "/actuator", "/actuator/health/db")) {
            softly.assertThat(get(path, NOBODY).status()).as(path).isEqualTo(401);
        }
        for (String probe : List.of("/actuator/health/liveness", "/actuator/health/readiness")) {
            Answer answer = get(probe, NOBODY);
            softly.assertThat(answer.status()).as(probe).isEqualTo(200);
            softly.assertThat(answer.body()).as(probe).isEqualTo("{\"status\":\"UP\"}");
        }
        softly.assertAll();
    }

    @Test
    void theActuatorShowsTheWholeInstallationAndSoNeedsAViewerOfAllOfIt() throws Exception {
        String some = token("some", "default", "operator");
        String all = token("all", "*", "viewer");
        for (String path : actuator.getAllPaths()) {
            assertThat(get(path, some).status()).as(path).isEqualTo(403);
            assertThat(get(path, all).status()).as(path).isEqualTo(200);
        }
        assertThat(get("/actuator/health", all).body()).contains("components");
    }

    @Test
    void tokensOfWorkersAndAttemptsReachTheirOwnEndpointsAlone() throws Exception {
        SoftAssertions softly = new SoftAssertions();
        for (Route route : routes()) {
            softly.assertThat(status(route, attemptToken) != 401)
                    .as("the attempt at " + route.name())
                    .isEqualTo(route.pattern().startsWith("/api/v1/attempts/{attempt}/"));
        }
        // Afterwards, since a repeated claim gives the attempt another token.
        for (Route route : routes()) {
            softly.assertThat(status(route, workerToken) != 401)
                    .as("the worker at " + route.name())
                    .isEqualTo(route.pattern().startsWith("/api/v1/workers/{worker}/"));
        }
        softly.assertAll();
        assertThat(workerRoutes()).isNotEmpty();
    }

    @Test
    void anApiTokenReachesNoEndpointOfAWorker() throws Exception {
        String operator = token("olga", "*", "operator");
        for (String token : List.of(
                operator, bootstrap(), PROVIDER.sign(PROVIDER.claims("admins").build()))) {
            assertThat(get("/api/v1/caller", token).status()).isEqualTo(200);
            for (Route route : workerRoutes()) {
                assertThat(status(route, token)).as(route.name()).isEqualTo(401);
            }
        }
    }

    @Test
    void aTokenOfAnotherWorkerOrAttemptIsRefused() throws Exception {
        ProtocolClient other = ProtocolClient.aWorker(http(), workers);
        RunBuilder.aRun().insert(jdbc());
        Assignment another = other.claim();
        for (Route route : workerRoutes()) {
            assertThat(status(route, other.secret())).as(route.name()).isEqualTo(401);
            assertThat(status(route, another.token())).as(route.name()).isEqualTo(401);
        }
    }

    @Test
    void noTwoKindsOfNeedAreForgottenHere() {
        Set<On> used = new HashSet<>();
        apiRoutes().forEach(route -> used.add(route.needs().on()));

        assertThat(used).contains(On.ANY_PROJECT, On.SWEEP, On.RUN, On.EVERY_PROJECT);
    }

    private int status(Route route, String token) throws Exception {
        String path = route.pattern();
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            path = path.replace("{" + variable.getKey() + "}", variable.getValue());
        }
        // An id of nothing, for what only the route itself knows.
        path = path.replaceAll("\\{[^}]+}", "4711");
        var request = MockMvcRequestBuilders.request(
                        HttpMethod.valueOf(route.method()), URI.create(path + "?sweep=" + variables.get("sweep")))
                .header(WorkerProtocol.VERSION_HEADER, Integer.toString(WorkerProtocol.VERSION))
                .contentType("application/json")
                .content("{}");
        if (!token.isEmpty()) {
            request = request.header("Authorization", "Bearer " + token);
        }
        return http().perform(request).andReturn().getResponse().getStatus();
    }
}

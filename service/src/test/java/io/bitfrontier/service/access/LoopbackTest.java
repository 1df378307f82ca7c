package io.bitfrontier.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.testing.ProtocolClient;
import io.bitfrontier.service.testing.ServiceTest;
import io.bitfrontier.service.worker.Workers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.test.web.servlet.MockMvc;

@ServiceTest
class LoopbackTest {
    @Autowired
    @SuppressWarnings("NullAway.Init")
    private MockMvc http;

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private ApiTokens tokens;

    @Autowired
    @SuppressWarnings("NullAway.Init")
    private Workers workers;

    @Test
    void withoutLoginTheCallerIsLocalAndMayDoEverything() throws Exception {
        http.perform(get("/api/v1/caller"))
                .andExpect(jsonPath("$.subject").value("local"))
                .andExpect(jsonPath("$.credential").value("local"))
                .andExpect(jsonPath("$.roles['*']").value("operator"));
        http.perform(get("/actuator/health")).andExpect(jsonPath("$.components").exists());
        http.perform(get("/actuator/prometheus")).andExpect(status().isOk());
        http.perform(get("/api/v1/nowhere")).andExpect(status().isNotFound());
    }

    @Test
    void aTokenThatIsGivenCountsAlsoWhereNoneIsNeeded() throws Exception {
        String viewer = tokens.create(new ApiTokens.Request("n", "vera", Map.of("default", "viewer"), null))
                .secret();
        http.perform(get("/api/v1/caller").header("Authorization", "Bearer " + viewer))
                .andExpect(jsonPath("$.subject").value("vera"));
        http.perform(get("/api/v1/audit").header("Authorization", "Bearer " + viewer))
                .andExpect(status().isForbidden());
        String worker = ProtocolClient.aWorker(http, workers).secret();
        http.perform(get("/api/v1/sweeps").header("Authorization", "Bearer " + worker))
                .andExpect(status().isUnauthorized());
        http.perform(get("/api/v1/sweeps").header("Authorization", "Basic dTpw"))
                .andExpect(status().isUnauthorized());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "localhost:8080", "LocalHost:1", "127.0.0.1", "127.8.9.10:80", "[::1]", "[::1]:8080"
            })
    void namesOfThisMachineAreServed(String host) throws Exception {
        http.perform(get("/api/v1/catalog").header("Host", host)).andExpect(status().isOk());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rebound.example:8080",
                "localhost.example",
                "127.0.0.1.example",
                "example:127",
                "10.0.0.1",
                "[::2]",
                "",
                "localhost:8080@evil"
            })
    void aNameThatWasBoundToThisMachineIsRefusedOnEveryRoute(String host) throws Exception {
        for (String path : new String[] {"/api/v1/catalog", "/actuator/health/liveness", "/actuator/prometheus", "/"}) {
            http.perform(get(path).header("Host", host))
                    .andExpect(status().isForbidden())
                    .andExpect(content().contentType("application/problem+json"))
                    .andExpect(jsonPath("$.code").value("FORBIDDEN"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Origin, http://evil.example",
        "Origin, null",
        "Origin, http://127.0.0.1:3000",
        "Origin, http://localhost:8080",
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site"
    })
    void aChangeThatAPageOfAnotherSiteAsksForIsRefused(String header, String value) throws Exception {
        http.perform(put("/api/v1/tokens/4711/revocation")
                        .header("Host", "127.0.0.1:8080")
                        .header(header, value))
                .andExpect(status().isForbidden());
        http.perform(get("/api/v1/catalog").header("Host", "127.0.0.1:8080").header(header, value))
                .andExpect(status().isOk());
    }

    @ParameterizedTest
    @CsvSource({"Origin, http://127.0.0.1:8080", "Sec-Fetch-Site, same-origin", "Sec-Fetch-Site, none", "X-Other, 1"})
    void aChangeThatThisSiteOrAProgramAsksForIsDone(String header, String value) throws Exception {
        http.perform(put("/api/v1/tokens/4711/revocation")
                        .header("Host", "127.0.0.1:8080")
                        .header(header, value))
                .andExpect(status().isNotFound());
    }

    @Test
    void aRequestFromAnotherMachineIsRefused() {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
        request.setRemoteAddr("192.0.2.7");
        assertThatThrownBy(() -> LoopbackRules.check(request))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("another machine");
        request.setRemoteAddr("::1");
        assertThatCode(() -> LoopbackRules.check(request)).doesNotThrowAnyException();
        assertThat(request.getHeader("Host")).isNull();
    }
}

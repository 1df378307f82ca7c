package io.bitfrontier.service.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.bitfrontier.service.paging.Cursor;
import io.bitfrontier.service.testing.ServiceTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.MockMvc;

@ServiceTest
class ProblemTest {
    @Autowired
    private MockMvc http;

    @Test
    void anUnknownRouteIsAProblem() throws Exception {
        http.perform(get("/api/v1/nowhere"))
                .andExpect(status().isNotFound())
                .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(jsonPath("$.type").value("https://bitfrontier.io/problems/not_found"))
                .andExpect(jsonPath("$.code").value("NOT_FOUND"));
    }

    @Test
    void aBodyBeyondTheBoundIsRefusedByItsLength() throws Exception {
        http.perform(post("/api/v1/nowhere").content(new byte[1_100_000]))
                .andExpect(status().is(413))
                .andExpect(jsonPath("$.code").value("TOO_LARGE"));
    }

    @Test
    void whatTextCannotHoldIsTheCallersMistake() throws Exception {
        http.perform(get("/api/v1/sweeps").param("name", "a\0b"))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.code").value("MALFORMED"));
        http.perform(get("/api/v1/projects").param("cursor", Cursor.of("a\0b")))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.code").value("MALFORMED"));
    }

    @Test
    void healthSaysUp() throws Exception {
        http.perform(get("/actuator/health/readiness")).andExpect(status().isOk());
        http.perform(get("/actuator/health/liveness")).andExpect(status().isOk());
    }

    @Test
    void aLongValueIsCutInAViolation() {
        assertThat(new Violation("a", "x".repeat(1000), "too long").value()).hasSize(201);
    }
}

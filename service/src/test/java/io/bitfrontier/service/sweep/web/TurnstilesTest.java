package io.bitfrontier.service.sweep.web;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.bitfrontier.service.testing.ServiceTest;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;

@ServiceTest
class TurnstilesTest {
    private static final String SWEEP = """
            apiVersion: bitfrontier/v1
            name: s
            grid: {model: tiny-17k, tokens: 100k, precision: 16}
            """;

    @Autowired
    private MockMvc http;

    @Autowired
    private Turnstiles turnstiles;

    private ResultActions send(String path) throws Exception {
        return http.perform(post(path).contentType("application/yaml").content(SWEEP));
    }

    @Test
    void aPlanForWhichThereIsNoRoomIsRefusedAndOthersAreServed() throws Exception {
        crowd(turnstiles.plans, Turnstiles.PLANS, () -> {
            refused(send("/api/v1/plans"));
            send("/api/v1/sweeps").andExpect(status().isCreated());
        });
        send("/api/v1/plans").andExpect(status().isOk());
    }

    @Test
    void aSubmissionForWhichThereIsNoRoomIsRefusedAndOthersAreServed() throws Exception {
        crowd(turnstiles.submissions, Turnstiles.SUBMISSIONS, () -> {
            refused(send("/api/v1/sweeps"));
            send("/api/v1/plans").andExpect(status().isOk());
            http.perform(get("/api/v1/sweeps")).andExpect(status().isOk());
        });
        send("/api/v1/sweeps").andExpect(status().isCreated());
    }

    private static void refused(ResultActions answer) throws Exception {
        answer.andExpect(status().isServiceUnavailable())
                .andExpect(header().string("Retry-After", "2"))
                .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(jsonPath("$.code").value("UNAVAILABLE"));
    }

    private interface Meanwhile {
        void happens() throws Exception;
    }

    /** As many are inside and wait as may be. */
    private static void crowd(Turnstile turnstile, int inside, Meanwhile meanwhile) throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService people = Executors.newFixedThreadPool(inside + Turnstiles.MOST_WAITING);
        try {
            for (int i = 0; i < inside + Turnstiles.MOST_WAITING; i++) {
                people.execute(() -> turnstile.pass(() -> 1, () -> {
                    try {
                        return end.await(5, TimeUnit.MINUTES);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            while (turnstile.waiting() < Turnstiles.MOST_WAITING) {
                Thread.onSpinWait();
            }
            meanwhile.happens();
        } finally {
            end.countDown();
            people.shutdown();
            people.awaitTermination(5, TimeUnit.MINUTES);
        }
    }
}

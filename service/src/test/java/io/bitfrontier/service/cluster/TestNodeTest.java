package io.bitfrontier.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TestNodeTest {
    @Test
    void theTimeOfALeaseHasSixDigitsHoweverManyAreZero() {
        assertThat(TestNode.microTime(Instant.parse("2026-11-29T12:17:24.195Z")))
                .isEqualTo("2026-11-29T12:17:24.195000Z");
        assertThat(TestNode.microTime(Instant.parse("2026-11-29T12:17:24Z"))).isEqualTo("2026-11-29T12:17:24.000000Z");
        assertThat(TestNode.microTime(Instant.parse("2026-11-29T12:17:24.123456789Z")))
                .isEqualTo("2026-11-29T12:17:24.123456Z");
    }
}

package io.bitfrontier.service.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PodLogsTest {
    @Test
    void aLogIsCutAtItsBeginningAndNotWithinACharacter() {
        assertThat(PodLogs.tail("aäö", 3)).isEqualTo("ö");
        assertThat(PodLogs.tail("abc", 3)).isEqualTo("abc");
    }
}

package io.bitfrontier.service.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.system.FaultRecord.Strike;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultRecordTest {
    private static final long OUTAGE = Fault.OUTAGE.toSeconds();

    @TempDir
    Path folder;

    @AfterEach
    void forget() {
        System.clearProperty("faults.continue");
    }

    private static Strike strike(Fault fault, @Nullable String failure, double seconds, long outage) {
        return new Strike(fault.name(), fault.description(), failure, 2, 1, seconds, outage);
    }

    @Test
    void aRowCountsWhatHeldAndWhatDidNotIsTold() throws IOException {
        Path table = folder.resolve("faults.md");
        FaultRecord record = new FaultRecord(table);
        record.add(strike(Fault.WORKER_KILLED, null, 10, OUTAGE));
        record.add(strike(Fault.WORKER_KILLED, "the sweep ends", 30, OUTAGE));
        record.add(strike(Fault.WORKER_KILLED, null, 20, OUTAGE));

        assertThat(Files.readString(table))
                .contains("| `WORKER_KILLED` | kill -9 of a worker | 3 | 2 | 6 | 3 | 20.0 |")
                .contains("WORKER_KILLED: the sweep ends");
    }

    @Test
    void anInterruptedRunGoesOnWithWhatIsMissing() throws IOException {
        Path table = folder.resolve("faults.md");
        FaultRecord interrupted = new FaultRecord(table);
        interrupted.add(strike(Fault.SERVICE_KILLED, null, 10, OUTAGE));
        interrupted.add(strike(Fault.WORKER_KILLED, null, 10, OUTAGE + 1));

        System.setProperty("faults.continue", "true");
        assertThat(Strikes.of(table, Fault.values()).map(strike -> strike.get()[0]))
                .doesNotContain(Fault.SERVICE_KILLED)
                .contains(Fault.WORKER_KILLED);
        FaultRecord record = new FaultRecord(table);
        record.add(strike(Fault.WORKER_KILLED, null, 20, OUTAGE));

        assertThat(Files.readString(table))
                .contains("| `SERVICE_KILLED` | kill -9 of one of three services | 1 | 1 | 2 | 1 | 10.0 |")
                .contains("| `WORKER_KILLED` | kill -9 of a worker | 1 | 1 | 2 | 1 | 20.0 |");
    }

    @Test
    void oneThatIsNotToGoOnBeginsAnew() throws IOException {
        Path table = folder.resolve("faults.md");
        new FaultRecord(table).add(strike(Fault.SERVICE_KILLED, null, 10, OUTAGE));

        assertThat(Strikes.of(table, Fault.values()).map(strike -> strike.get()[0]))
                .contains(Fault.SERVICE_KILLED);
        new FaultRecord(table).add(strike(Fault.WORKER_KILLED, null, 20, OUTAGE));

        assertThat(Files.readString(table)).doesNotContain("SERVICE_KILLED");
    }
}

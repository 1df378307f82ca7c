package io.bitfrontier.service.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.service.run.DeviceRates.Measured;
import io.bitfrontier.service.run.Workload.Amount;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeviceRatesTest {
    private static final Workload SMALL = train("tiny-17k", "16", null);
    private static final Workload SMALL_SEQ = train("tiny-17k", "2", "seq");
    private static final Workload LARGE = train("tiny-1M", "16", null);

    private static Workload train(String model, String precision, @Nullable String quantizer) {
        return new Workload(Workload.TRAIN, model, precision, quantizer);
    }

    private static DeviceRates rates(int devices, Measured... measured) {
        return new DeviceRates("cuda: NVIDIA H200", devices, List.of(measured));
    }

    @Test
    void measuredWorkTakesItsFlopsAtTheMeasuredRate() {
        DeviceTime time = rates(1, new Measured(SMALL, 1e5, 2e9, 12), new Measured(LARGE, 6e6, 3e9, 4))
                .timeOf(Map.of(SMALL, new Amount(7.2e12, 7.2e7), LARGE, new Amount(1.08e13, 1.8e6)))
                .orElseThrow();

        assertThat(time.hours()).isCloseTo(1 + 1, within(1e-9));
        assertThat(time.source()).isEqualTo("16 runs measured on cuda: NVIDIA H200");
        assertThat(time.parts())
                .allSatisfy(part -> assertThat(part.estimatedFrom()).isNull());
        assertThat(time.parts())
                .filteredOn(part -> part.workload().equals(SMALL))
                .first()
                .satisfies(part -> assertThat(part.tokensPerSecond()).isCloseTo(2e9 / 1e5, within(1e-6)));
    }

    @Test
    void everyDeviceOfARunCounts() {
        DeviceTime time = rates(8, new Measured(SMALL, 1e5, 2e9, 1))
                .timeOf(Map.of(SMALL, new Amount(7.2e12, 7.2e7)))
                .orElseThrow();

        assertThat(time.hours()).isCloseTo(8, within(1e-9));
    }

    @Test
    void whatWasNotMeasuredGoesAtTheRateOfTheNearestModelAndSaysSo() {
        DeviceRates rates = rates(1, new Measured(SMALL, 1e5, 2e9, 12), new Measured(LARGE, 6e6, 4e9, 3));

        DeviceTime time = rates.timeOf(Map.of(train("tiny-7M", "2", "seq"), new Amount(1.44e13, 1.44e13 / 4e7)))
                .orElseThrow();

        assertThat(time.hours()).isCloseTo(1, within(1e-9));
        assertThat(time.source())
                .isEqualTo(
                        "nothing of this measured on cuda: NVIDIA H200; 1 of 1 kinds of work estimated from the FLOP rate"
                                + " of the nearest measured model (tiny-1M)");
        assertThat(time.parts().get(0).runs()).isEqualTo(3);
    }

    @Test
    void amongEquallyNearModelsTheSameQuantizerIsNearer() {
        DeviceRates rates = rates(1, new Measured(SMALL, 1e5, 2e9, 1), new Measured(SMALL_SEQ, 1e5, 1e9, 1));

        DeviceTime time = rates.timeOf(Map.of(train("tiny-44k", "2", "seq"), new Amount(3e12, 1e7)))
                .orElseThrow();

        assertThat(time.parts().get(0).estimatedFrom()).isEqualTo(SMALL_SEQ);
    }

    @Test
    void anEvaluationIsEstimatedFromEvaluationsIfThereAreAny() {
        Workload evaluation = new Workload(Workload.EVALUATE, "tiny-1M", "16", null);
        Workload other = new Workload(Workload.EVALUATE, "tiny-17k", "16", null);
        Map<Workload, Amount> work = Map.of(evaluation, new Amount(2e6, 1));

        assertThat(rates(1, new Measured(LARGE, 6e6, 4e9, 3))
                        .timeOf(work)
                        .orElseThrow()
                        .parts()
                        .get(0)
                        .estimatedFrom())
                .isEqualTo(LARGE);
        assertThat(rates(1, new Measured(LARGE, 6e6, 4e9, 3), new Measured(other, 3e4, 1e9, 3))
                        .timeOf(work)
                        .orElseThrow()
                        .parts()
                        .get(0)
                        .estimatedFrom())
                .isEqualTo(other);
    }

    @Test
    void nothingMeasuredIsNoTime() {
        assertThat(rates(1).timeOf(Map.of(SMALL, new Amount(1, 1)))).isEmpty();
    }
}

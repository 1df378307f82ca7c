package io.bitfrontier.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.vocabulary.work.EvaluationResult.LayerDrift;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class WeightDriftTest {
    @Test
    void aMatrixDriftsByItsSummedChangeOverItsSummedSize() {
        try (PointerScope scope = new PointerScope()) {
            Tensor before = Tensor.create(new float[] {1, -2, 3, -4}, 2, 2);
            Tensor after = Tensor.create(new float[] {1.5f, -2, 2, -4.5f}, 2, 2);

            List<LayerDrift> drifts = WeightDrift.between(Map.of("q", after), Map.of("q", before));

            assertThat(drifts).singleElement().satisfies(drift -> {
                assertThat(drift.parameter()).isEqualTo("q");
                assertThat(drift.drift()).isCloseTo(0.2, within(1e-12));
            });
        }
    }

    @Test
    void theMedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
        List<LayerDrift> drifts = List.of(
                new LayerDrift("a", 0.4), new LayerDrift("b", 0.1), new LayerDrift("c", 9), new LayerDrift("d", 0.2));
        assertThat(WeightDrift.median(drifts)).isCloseTo(0.3, within(1e-12));
        assertThat(WeightDrift.median(drifts.subList(0, 3))).isEqualTo(0.4);
    }

    @Test
    void differentMatricesAreNotCompared() {
        try (PointerScope scope = new PointerScope()) {
            Tensor one = Tensor.create(new float[] {1}, 1, 1);
            assertThatThrownBy(() -> WeightDrift.between(Map.of("q", one), Map.of("k", one)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}

package io.bitfrontier.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.trainer.device.ComputeDevice;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.work.QuantizerSpec;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NativeMemoryTest {
    private static final int WARM_UP = 50;
    private static final int STEPS = 300;
    /** A step makes some 10 MB of tensors: keeping one of them per step would be far above it. */
    private static final long MARGIN = 16L << 20;

    @ParameterizedTest
    @EnumSource(names = {"SEQ", "BITNET_ABSMEAN"})
    void aStepLeavesNoNativeMemoryBehind(Quantizer quantizer) {
        QuantizerSpec spec = QuantizerSpec.of(quantizer, Precision.TERNARY);
        try (TrainingState state =
                        TrainingState.fresh(Work.aTrunk(spec), Work.QUANTIZATION.of(spec), ComputeDevice.CPU);
                TrainingStep step = new TrainingStep(state, Work.QUANTIZATION, Work.tokens(Work.SEED))) {
            for (int i = 0; i < WARM_UP; i++) {
                step.run();
            }
            long objects = Pointer.totalCount();
            long resident = ResidentMemory.bytes();
            for (int i = WARM_UP; i < STEPS; i++) {
                step.run();
            }
            assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
            assertThat(ResidentMemory.bytes() - resident).isLessThan(MARGIN);
        }
    }
}

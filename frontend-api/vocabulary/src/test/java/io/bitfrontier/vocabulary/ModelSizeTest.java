package io.bitfrontier.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelSizeTest {
    /** (linear × b + 4 × embedding) / 8 by hand, from the parameter counts of arXiv 2402.14905's table. */
    @ParameterizedTest
    @CsvSource({
        "125M, 1, 22487040",
        "125M, 1.58, 30184243",
        "125M, 2, 35758080",
        "125M, 3, 49029120",
        "125M, 4, 62300160",
        "125M, 16, 249270912",
        "600M, 1.58, 130262630",
        "1.5B, 2, 390553600",
        "Llama-3-8B, 4, 4014997504"
    })
    void effectiveSizeCountsEmbeddingsAtFourBitsAndNeitherScalesNorNorms(String model, String precision, long bytes) {
        ModelShape shape = ModelCatalog.byName(model).orElseThrow().shape();

        assertThat(ModelSize.of(shape, Precision.parse(precision).orElseThrow()).effectiveBytes())
                .isEqualTo(bytes);
    }

    @Test
    void packedSizeCountsCodesScalesAndSixteenBitRest() {
        ModelShape shape = ModelShape.of(1, 8, 2, 2, 16, 32);
        // 4 projections of 64 and 3 of 128 = 640 weights; rows 4*8 + 2*16 + 8 = 72; embedding 256; norms 24.
        assertThat(shape.linearParameters()).isEqualTo(640);
        assertThat(shape.quantizedRows()).isEqualTo(72);

        assertThat(ModelSize.of(shape, Precision.TWO).packedBytes()).isEqualTo(160 + 144 + 560);
        assertThat(ModelSize.of(shape, Precision.TERNARY).packedBytes()).isEqualTo(128 + 144 + 560);
        assertThat(ModelSize.of(shape, Precision.FULL).packedBytes()).isEqualTo(1280 + 560);
    }

    @Test
    void bothSizesGrowWithPrecision() {
        for (ModelCatalog.Entry entry : ModelCatalog.entries()) {
            ModelSize last = new ModelSize(0, 0);
            for (Precision precision : Precision.values()) {
                ModelSize size = ModelSize.of(entry.shape(), precision);
                assertThat(size.effectiveBytes()).as(entry.name()).isGreaterThan(last.effectiveBytes());
                assertThat(size.packedBytes()).as(entry.name()).isGreaterThan(last.packedBytes());
                last = size;
            }
        }
    }
}

package io.bitfrontier.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelCatalogTest {
    @ParameterizedTest
    @CsvSource({
        "125M, 30, 9, 3, 576, 64, 1536, 32000, true, 106168320, 18432000, 124635456",
        "350M, 32, 15, 5, 960, 64, 2560, 32000, true, 314572800, 30720000, 345355200",
        "600M, 40, 18, 6, 1152, 64, 3072, 32000, true, 566231040, 36864000, 603188352",
        "1B, 54, 20, 5, 1280, 64, 3584, 32000, true, 964362240, 40960000, 1005461760",
        "1.5B, 54, 25, 5, 1600, 64, 4352, 32000, true, 1459814400, 51200000, 1511188800",
        "Llama-3.2-1B, 16, 32, 8, 2048, 64, 8192, 128256, true, 973078528, 262668288, 1235814400",
        "Llama-3.2-3B, 28, 24, 8, 3072, 128, 8192, 128256, true, 2818572288, 394002432, 3212749824",
        "Llama-3-8B, 32, 32, 8, 4096, 128, 14336, 128256, false, 6979321856, 1050673152, 8030261248"
    })
    void publishedArchitecturesHaveTheirPublishedCounts(
            String name,
            int layers,
            int heads,
            int kvHeads,
            int dim,
            int headDim,
            int ffn,
            int vocab,
            boolean tied,
            long linear,
            long embedding,
            long total) {
        ModelShape shape = ModelCatalog.byName(name).orElseThrow().shape();

        assertThat(shape.layers()).isEqualTo(layers);
        assertThat(shape.heads()).isEqualTo(heads);
        assertThat(shape.kvHeads()).isEqualTo(kvHeads);
        assertThat(shape.dim()).isEqualTo(dim);
        assertThat(shape.headDim()).isEqualTo(headDim);
        assertThat(shape.ffn()).isEqualTo(ffn);
        assertThat(shape.vocab()).isEqualTo(vocab);
        assertThat(shape.tied()).isEqualTo(tied);
        assertThat(shape.linearParameters()).isEqualTo(linear);
        assertThat(shape.embeddingParameters()).isEqualTo(embedding);
        assertThat(shape.totalParameters()).isEqualTo(total);
    }

    @ParameterizedTest
    @CsvSource({"tiny-17k, 13824, 3072", "tiny-44k, 39936, 4096", "tiny-168k, 159744, 8192"})
    void tinyModelsHaveTheCountsTheyWereTriedWith(String name, long linear, long embedding) {
        ModelShape shape = ModelCatalog.byName(name).orElseThrow().shape();

        assertThat(shape.linearParameters()).isEqualTo(linear);
        assertThat(shape.embeddingParameters()).isEqualTo(embedding);
    }

    @Test
    void everyEntryIsPossibleAndFoundByNameCountAndShape() {
        for (ModelCatalog.Entry entry : ModelCatalog.entries()) {
            assertThat(entry.shape().violations()).as(entry.name()).isEmpty();
            assertThat(ModelCatalog.byName(entry.name())).contains(entry);
            assertThat(ModelCatalog.byParameters(entry.shape().totalParameters()))
                    .contains(entry);
            assertThat(ModelCatalog.nameOf(entry.shape())).isEqualTo(entry.name());
        }
    }

    @Test
    void mobileLlmSizesAnswerToTheirFullName() {
        assertThat(ModelCatalog.byName("MobileLLM-125M")).isEqualTo(ModelCatalog.byName("125M"));
        assertThat(ModelCatalog.byName("126M")).isEmpty();
    }

    @Test
    void aShapeOutsideTheCatalogIsNamedByItsDimensions() {
        assertThat(ModelCatalog.nameOf(ModelShape.of(2, 32, 4, 2, 64, 100))).isEqualTo("l2-d32-h4-kv2-f64-v100");
    }
}

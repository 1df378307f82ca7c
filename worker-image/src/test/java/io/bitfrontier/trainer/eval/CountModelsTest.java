package io.bitfrontier.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.trainer.data.Lexicon;
import io.bitfrontier.trainer.data.SyntheticLanguage;
import io.bitfrontier.trainer.data.TokenSources;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class CountModelsTest {
    private static final DataSpec DATA = DataSpec.synthetic(1);
    private static final int L = SyntheticLanguage.DOCUMENT_TOKENS;

    private final CountModels counts = CountModels.train(TokenSources.open(DATA, 1, L), CountModels.TRAINING_TOKENS);
    private final EvaluationSet set =
            EvaluationSet.of(new EvaluationSpec(DATA, L, 320, List.of("choices", "perplexity")));

    @Test
    void countingGetsAsFarAsItDidWhenTheLanguageWasTuned() {
        assertScore(1, 4.40, 0.335);
        assertScore(2, 2.90, 0.419);
        assertScore(3, 2.72, 0.583);
    }

    private void assertScore(int order, double nats, double accuracy) {
        CountModels.Score score = counts.score(order, set.windows(), set.questions());
        assertThat(score.nats()).isCloseTo(nats, within(0.03));
        assertThat(score.accuracy()).isCloseTo(accuracy, within(0.03));
    }

    @Test
    void everyOrderIsADistribution() {
        for (int order = 1; order <= CountModels.ORDERS; order++) {
            for (int last : new int[] {Lexicon.BOS, Lexicon.NOUN, 127}) {
                double sum = 0;
                for (int token = 0; token < Lexicon.VOCAB; token++) {
                    sum += counts.probability(order, Lexicon.TOPIC, last, token);
                }
                assertThat(sum).isCloseTo(1, within(1e-9));
            }
        }
    }
}

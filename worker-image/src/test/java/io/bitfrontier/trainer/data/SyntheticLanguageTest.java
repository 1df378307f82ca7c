package io.bitfrontier.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bitfrontier.trainer.data.SyntheticLanguage.LogProbabilities;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.Fingerprint;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SyntheticLanguageTest {
    private static final int L = SyntheticLanguage.DOCUMENT_TOKENS;
    private static final int DOCUMENTS = 320;

    private final DataSpec data = DataSpec.synthetic(1);
    private final SyntheticLanguage language = new SyntheticLanguage(1);

    @Test
    void theFirstDocumentsArePinnedSoThatTheGeneratorCannotChangeUnderTheSameVersion() {
        long[] training = new long[32 * (L + 1)];
        TokenSources.open(data, 7, L).fill(0, 32, training);
        long[] heldOut = new long[32 * (L + 1)];
        TokenSources.openHeldOut(data, L).fill(0, 32, heldOut);

        assertThat(Fingerprint.of(Arrays.toString(training)))
                .as("raise DataSpec.SYNTHETIC_VERSION when this changes")
                .isEqualTo("64ef4c2e29980c83737ea90be99a706bb224928733ce4969964ff8e4d371ec36");
        assertThat(Fingerprint.of(Arrays.toString(heldOut)))
                .isEqualTo("69b9108a6b63f6ce926139f09a2ac8419874081125ab4dd6227b6b2a64d25b58");
    }

    @Test
    void aDocumentDependsOnSeedAndIndexAlone() {
        long[] together = new long[4 * (L + 1)];
        TokenSources.open(data, 7, L).fill(1000, 4, together);
        long[] alone = new long[L + 1];
        TokenSources.open(data, 7, L).fill(1003, 1, alone);

        assertThat(Arrays.copyOfRange(together, 3 * (L + 1), 4 * (L + 1))).isEqualTo(alone);
        assertThat(document(TokenSources.open(data, 8, L), 1003)).isNotEqualTo(alone);
        assertThat(document(TokenSources.open(DataSpec.synthetic(2), 7, L), 1003))
                .isNotEqualTo(alone);
    }

    @Test
    void trainingNeverMeetsAnEvaluationDocument() {
        Set<String> heldOut = new HashSet<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            heldOut.add(Arrays.toString(document(TokenSources.openHeldOut(data, L), i)));
        }
        assertThat(heldOut).hasSize(DOCUMENTS);
        for (long seed = 0; seed < 4; seed++) {
            TokenSource training = TokenSources.open(data, seed, L);
            for (int i = 0; i < 1000; i++) {
                assertThat(heldOut.contains(Arrays.toString(document(training, i))))
                        .isFalse();
            }
        }
    }

    @Test
    void theStreamsShareNoRandomNumber() {
        Set<Long> training = new HashSet<>();
        for (long key = 0; key < 64; key++) {
            CounterRandom random = new CounterRandom(CounterRandom.Stream.TRAINING, key << 9);
            for (int draw = 0; draw < 256; draw++) {
                training.add(random.nextLong());
            }
        }
        assertThat(training).hasSize(64 * 256);
        for (long key = 0; key < 64; key++) {
            CounterRandom random = new CounterRandom(CounterRandom.Stream.EVALUATION, key << 9);
            for (int draw = 0; draw < 256; draw++) {
                assertThat(training.contains(random.nextLong())).isFalse();
            }
        }
    }

    @Test
    void theProbabilitiesOfEverySlotSumToOne() {
        Set<SyntheticWalk.Slot> met = EnumSet.noneOf(SyntheticWalk.Slot.class);
        double[] p = new double[Lexicon.VOCAB];
        TokenSource source = TokenSources.openHeldOut(data, L);
        for (int i = 0; i < 20; i++) {
            SyntheticWalk walk = new SyntheticWalk(language);
            long[] document = document(source, i);
            for (int position = 1; position <= L; position++) {
                walk.distribution(p);
                met.add(walk.slot());
                assertThat(Arrays.stream(p).sum()).isCloseTo(1, within(1e-12));
                assertThat(Arrays.stream(p).min().orElseThrow()).isNotNegative();
                walk.accept((int) document[position]);
            }
        }
        assertThat(met).containsExactlyInAnyOrder(SyntheticWalk.Slot.values());
    }

    @Test
    void theMeanSurpriseIsTheMeanEntropyWithinItsStandardErrorAndTheFloorIsWhereTheLanguageWasTuned() {
        TokenSource source = TokenSources.openHeldOut(data, L);
        double sumNats = 0;
        double sumEntropy = 0;
        double squares = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            LogProbabilities scores = language.documentLogProbabilities(document(source, i));
            double nats = Arrays.stream(scores.nats()).sum() / L;
            double entropy = Arrays.stream(scores.entropy()).sum() / L;
            sumNats += nats;
            sumEntropy += entropy;
            squares += (nats - entropy) * (nats - entropy);
        }
        double difference = (sumNats - sumEntropy) / DOCUMENTS;
        double standardError = Math.sqrt(squares) / DOCUMENTS;
        assertThat(Math.abs(difference)).isLessThan(3 * standardError);
        assertThat(standardError).isBetween(0.002, 0.008);
        assertThat(sumEntropy / DOCUMENTS).isBetween(1.86, 1.88);
        assertThat(sumNats / DOCUMENTS).isBetween(1.85, 1.89);
    }

    @Test
    void aDocumentTheLanguageCannotProduceIsRefusedWithItsPosition() {
        long[] document = document(TokenSources.openHeldOut(data, L), 0);
        document[2] = Lexicon.VERB;
        assertThatThrownBy(() -> language.documentLogProbabilities(document))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token 70 cannot stand at position 2");
    }

    @Test
    void anotherSequenceLengthIsTheUsersMistake() {
        assertThatThrownBy(() -> TokenSources.open(data, 1, 64))
                .isInstanceOf(UnusableDataException.class)
                .hasMessageContaining("sequenceLength is 64, but must be 128");
    }

    @Test
    void anotherVersionOfTheGeneratorIsTheUsersMistake() {
        DataSpec other = new DataSpec(DataSpec.SYNTHETIC, "0".repeat(64), DataSpec.SYNTHETIC_TOKENIZER, 1, null);
        assertThatThrownBy(() -> TokenSources.open(other, 1, L))
                .isInstanceOf(UnusableDataException.class)
                .hasMessageContaining("data set synthetic");
    }

    private static long[] document(TokenSource source, long index) {
        long[] document = new long[L + 1];
        source.fill(index, 1, document);
        return document;
    }
}

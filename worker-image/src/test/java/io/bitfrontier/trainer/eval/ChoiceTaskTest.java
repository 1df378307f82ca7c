package io.bitfrontier.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.trainer.data.Lexicon;
import io.bitfrontier.trainer.data.SyntheticLanguage;
import io.bitfrontier.trainer.data.SyntheticWalk;
import io.bitfrontier.trainer.eval.ChoiceQuestion.Kind;
import io.bitfrontier.vocabulary.work.DataSpec;
import io.bitfrontier.vocabulary.work.EvaluationSpec;
import io.bitfrontier.vocabulary.work.Fingerprint;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ChoiceTaskTest {
    private final EvaluationSet set = EvaluationSet.of(new EvaluationSpec(
            DataSpec.synthetic(1), SyntheticLanguage.DOCUMENT_TOKENS, 320, List.of("choices", "perplexity")));
    private final SyntheticLanguage language = new SyntheticLanguage(1);

    @Test
    void fourThousandQuestionsAreAskedOutOf320Documents() {
        Map<Kind, Long> asked =
                set.questions().stream().collect(Collectors.groupingBy(ChoiceQuestion::kind, Collectors.counting()));
        assertThat(asked)
                .isEqualTo(Map.of(
                        Kind.PAIR, 1600L,
                        Kind.VERB, 600L,
                        Kind.TOPIC, 400L,
                        Kind.RECALL, 800L,
                        Kind.AGREE, 300L,
                        Kind.CLOSE, 300L));
    }

    @Test
    void theGeneratorItselfAnswersEveryQuestionRightByAFactorOfFour() {
        double[] p = new double[Lexicon.VOCAB];
        for (ChoiceQuestion question : set.questions()) {
            SyntheticWalk walk = new SyntheticWalk(language);
            long[] document = set.windows().get(question.document());
            for (int position = 1; position < question.position(); position++) {
                walk.accept((int) document[position]);
            }
            walk.distribution(p);
            int answer = question.options().get(question.answer());
            for (int option : question.options()) {
                if (option != answer) {
                    assertThat(4 * p[option]).as("%s", question).isLessThanOrEqualTo(p[answer]);
                }
            }
        }
    }

    @Test
    void theAnswerIsWhatReallyCameAndTheOptionsDiffer() {
        int[] answersAt = new int[4];
        for (ChoiceQuestion question : set.questions()) {
            long came = set.windows().get(question.document())[question.position()];
            assertThat((long) question.options().get(question.answer())).isEqualTo(came);
            assertThat(new HashSet<>(question.options())).hasSize(4);
            answersAt[question.answer()]++;
        }
        for (int count : answersAt) {
            assertThat(count).isBetween(900, 1100);
        }
    }

    @Test
    void questionsComeInOrderOfDocumentAndPositionWithoutRepeats() {
        for (int q = 1; q < set.questions().size(); q++) {
            ChoiceQuestion before = set.questions().get(q - 1);
            ChoiceQuestion question = set.questions().get(q);
            assertThat(question.document() * 1000 + question.position())
                    .isGreaterThan(before.document() * 1000 + before.position());
        }
    }

    @Test
    void theQuestionsArePinned() {
        assertThat(Fingerprint.of(set.questions().toString()))
                .as("raise EvaluationSpec.REVISION when this changes")
                .isEqualTo("8187a681204f43ab2055c80755a30024af6bd8b579838fbabfe753d6ef9a703f");
    }
}

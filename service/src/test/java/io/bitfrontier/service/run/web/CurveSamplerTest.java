package io.bitfrontier.service.run.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.bitfrontier.service.run.web.CurveSampler.CurveRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CurveSamplerTest {
    @ParameterizedTest
    @CsvSource({"0,2", "1,2", "2,2", "3,2", "4,3", "5,4", "999,1000", "1000,1000", "1001,1000", "5000,7", "100000,1000"
    })
    void theFirstTheLastAndTheExtremesAreKeptWithinTheBound(int rows, int points) {
        Random random = new Random(rows);
        List<CurveRow> curve = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            curve.add(row(i, random.nextDouble()));
        }

        List<CurveRow> kept = sample(curve, points);

        assertThat(kept).hasSizeLessThanOrEqualTo(points).isSortedAccordingTo(Comparator.comparing(CurveRow::tokens));
        if (rows > 0) {
            assertThat(kept).startsWith(curve.get(0)).endsWith(curve.get(rows - 1));
        }
        if (rows <= points) {
            assertThat(kept).isEqualTo(curve);
        }
        if (points >= 4 && rows > 0) {
            assertThat(kept).contains(lowest(curve), highest(curve));
        }
    }

    @Test
    void ofEachPartTheLowestAndTheHighestLossStay() {
        List<CurveRow> curve = curve(9.0, 3.0, 5.0, 4.0, 7.0, 1.0, 2.0, 0.5, 2.5, 8.0);

        // (6 − 2) / 2 = 2 parts of the eight rows between the ends
        assertThat(sample(curve, 6)).extracting(CurveRow::loss).containsExactly(9.0, 3.0, 7.0, 0.5, 2.5, 8.0);
    }

    @Test
    void aLossThatWasNotFiniteIsAPeak() {
        List<CurveRow> curve = curve(9.0, 3.0, 50.0, null, 7.0, 8.0);

        assertThat(sample(curve, 4)).extracting(CurveRow::loss).containsExactly(9.0, 3.0, null, 8.0);
    }

    @Test
    void aFlatCurveKeepsOneRowPerPart() {
        List<CurveRow> curve = curve(1.0, 1.0, 1.0, 1.0, 1.0, 1.0);

        assertThat(sample(curve, 4)).extracting(CurveRow::tokens).containsExactly(0L, 1L, 5L);
    }

    private static List<CurveRow> sample(List<CurveRow> curve, int points) {
        CurveSampler sampler = new CurveSampler(curve.size(), points);
        curve.forEach(sampler::add);
        return sampler.kept();
    }

    private static CurveRow lowest(List<CurveRow> curve) {
        return curve.stream().min(Comparator.comparing(CurveRow::loss)).orElseThrow();
    }

    private static CurveRow highest(List<CurveRow> curve) {
        return curve.stream().max(Comparator.comparing(CurveRow::loss)).orElseThrow();
    }

    private static List<CurveRow> curve(@Nullable Double... losses) {
        List<CurveRow> curve = new ArrayList<>();
        for (int i = 0; i < losses.length; i++) {
            curve.add(row(i, losses[i]));
        }
        return curve;
    }

    private static CurveRow row(long tokens, @Nullable Double loss) {
        return new CurveRow(tokens, tokens, loss, 1e-3, 0.5, 1000.0, 1L << 20);
    }
}

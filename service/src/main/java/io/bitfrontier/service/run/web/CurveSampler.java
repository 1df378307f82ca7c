package io.bitfrontier.service.run.web;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Thins a curve out to a number of points without hiding its peaks. The first and the last row are kept; the rows between
 * them are cut into (points − 2) / 2 parts of equal length, and of each part the row with the lowest and the row with the
 * highest loss is kept, the earlier of equal ones. A loss that was not finite, stored as none, counts as the highest. A curve
 * of no more rows than points is kept whole. Rows come in the order of their tokens and are not held.
 */
final class CurveSampler {
    private final long rows;
    private final long parts;
    private final boolean whole;
    private final List<CurveRow> kept = new ArrayList<>();
    private long position;
    private long part;
    private @Nullable CurveRow lowest;
    private @Nullable CurveRow highest;

    /**
     * A row of the curve.
     *
     * @param loss null when it was not finite
     */
    record CurveRow(
            long tokens,
            long step,
            @Nullable Double loss,
            @Nullable Double learningRate,
            @Nullable Double gradientNorm,
            @Nullable Double tokensPerSecond,
            @Nullable Long memoryBytes) {
        private double height() {
            return loss == null ? Double.POSITIVE_INFINITY : loss;
        }
    }

    /**
     * Begins a curve.
     *
     * @param rows how many will come
     * @param points how many to keep at most, from 2
     */
    CurveSampler(long rows, int points) {
        this.rows = rows;
        this.parts = (points - 2) / 2;
        this.whole = rows <= points;
    }

    void add(CurveRow row) {
        long index = position++;
        if (whole || index == 0) {
            kept.add(row);
        } else if (index == rows - 1) {
            endPart();
            kept.add(row);
        } else if (parts > 0) {
            long partOfRow = (index - 1) * parts / (rows - 2);
            if (partOfRow != part) {
                endPart();
                part = partOfRow;
            }
            if (lowest == null || row.height() < lowest.height()) {
                lowest = row;
            }
            if (highest == null || row.height() > highest.height()) {
                highest = row;
            }
        }
    }

    /** The kept rows in the order of their tokens. */
    List<CurveRow> kept() {
        return List.copyOf(kept);
    }

    private void endPart() {
        CurveRow low = lowest;
        CurveRow high = highest;
        if (low != null && high != null) {
            kept.add(low.tokens() <= high.tokens() ? low : high);
            if (low != high) {
                kept.add(low.tokens() <= high.tokens() ? high : low);
            }
        }
        lowest = null;
        highest = null;
    }
}

package io.bitfrontier.service.analysis;

import java.util.Arrays;

/**
 * One resample of the evaluation items with replacement: how often each of n items was drawn in n draws. The counts are held
 * as bit planes (plane p has bit 2^p of every item's count), so that the resampled number of right answers of a model is a few
 * ANDs and population counts per 64 items instead of a sum over items.
 */
final class ItemDraw {
    private final int items;
    /** Counts are at most the number of draws, an int: 31 planes always suffice, and about 4 are used. */
    private final long[][] planes;

    private int usedPlanes;

    ItemDraw(int items) {
        this.items = items;
        this.planes = new long[31][(items + 63) >>> 6];
    }

    /** Draws anew, overwriting the previous resample. */
    void draw(SplitMix random) {
        for (int plane = 0; plane < usedPlanes; plane++) {
            Arrays.fill(planes[plane], 0);
        }
        usedPlanes = 0;
        for (int i = 0; i < items; i++) {
            increment(random.nextInt(items));
        }
    }

    private void increment(int item) {
        int word = item >>> 6;
        long bit = 1L << item;
        int plane = 0;
        while ((planes[plane][word] & bit) != 0) {
            planes[plane][word] ^= bit;
            plane++;
        }
        planes[plane][word] |= bit;
        usedPlanes = Math.max(usedPlanes, plane + 1);
    }

    /** Number of right answers among the drawn items, each counted as often as it was drawn. */
    long hits(Outcomes outcomes) {
        long hits = 0;
        for (int plane = 0; plane < usedPlanes; plane++) {
            long[] bits = planes[plane];
            int ones = 0;
            for (int word = 0; word < bits.length; word++) {
                ones += Long.bitCount(bits[word] & outcomes.word(word));
            }
            hits += (long) ones << plane;
        }
        return hits;
    }
}

package io.bitfrontier.service.analysis;

import java.util.Arrays;

/** Which items of an evaluation were answered right: one bit per item, in the order of the items. */
public final class Outcomes {
    private final long[] words;
    private final int items;

    private Outcomes(long[] words, int items) {
        this.words = words;
        this.items = items;
    }

    /**
     * Reads the stored form.
     *
     * @param bits one bit per item, least significant first; bits beyond the last item are ignored
     * @param items number of items
     * @throws IllegalArgumentException when there are fewer bits than items, or no item
     */
    public static Outcomes of(byte[] bits, long items) {
        if (items < 1 || items > 8L * bits.length) {
            throw new IllegalArgumentException(
                    "items is " + items + ", between 1 and " + 8L * bits.length + " bits are stored");
        }
        int count = (int) items;
        long[] words = new long[(count + 63) >>> 6];
        for (int i = 0; i < (count + 7) >>> 3; i++) {
            words[i >>> 3] |= (bits[i] & 0xFFL) << ((i & 7) << 3);
        }
        if ((count & 63) != 0) {
            words[words.length - 1] &= (1L << (count & 63)) - 1;
        }
        return new Outcomes(words, count);
    }

    public int items() {
        return items;
    }

    /** The bits of items 64·i to 64·i + 63. */
    long word(int i) {
        return words[i];
    }

    int wordCount() {
        return words.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Outcomes that && items == that.items && Arrays.equals(words, that.words);
    }

    @Override
    public int hashCode() {
        return 31 * items + Arrays.hashCode(words);
    }
}

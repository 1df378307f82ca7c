package io.bitfrontier.service.analysis;

import java.util.Arrays;

/**
 * Non-dominated sets and hypervolume for two objectives, both minimised (negate an objective that is to be maximised).
 *
 * <p>The rule of domination: <em>a</em> dominates <em>b</em> when it is no worse in both objectives and better in at least one.
 * A point is on the front when no other point dominates it; equal points do not dominate each other, so all of them are kept.
 * The weakly non-dominated set, a superset, keeps every point that no other is better than in <em>both</em> objectives.
 */
public final class ParetoFront {
    private ParetoFront() {}

    /**
     * Indices of the points that no other dominates, by sort and sweep in O(n log n).
     *
     * @param x first objective, one value per point, finite
     * @param y second objective, of the same length
     * @return ascending by x, then y, then index
     * @throws IllegalArgumentException for unequal lengths or a value that is not finite, naming its index
     */
    public static int[] nonDominated(double[] x, double[] y) {
        int[] order = sorted(x, y);
        int[] kept = new int[order.length];
        int size = 0;
        double best = Double.POSITIVE_INFINITY;
        for (int at = 0; at < order.length; at++) {
            int point = order[at];
            boolean equalToLastKept = size > 0 && x[point] == x[kept[size - 1]] && y[point] == y[kept[size - 1]];
            if (y[point] < best || equalToLastKept) {
                kept[size++] = point;
                best = y[point];
            }
        }
        return Arrays.copyOf(kept, size);
    }

    /**
     * Indices of the points that no other is better than in both objectives.
     *
     * @return ascending by x, then y, then index
     * @throws IllegalArgumentException as {@link #nonDominated}
     */
    public static int[] weaklyNonDominated(double[] x, double[] y) {
        int[] order = sorted(x, y);
        int[] kept = new int[order.length];
        int size = 0;
        double bestOfSmallerX = Double.POSITIVE_INFINITY;
        int at = 0;
        while (at < order.length) {
            int end = at;
            double value = x[order[at]];
            // Points of equal x cannot beat each other in both objectives: only smaller x can.
            while (end < order.length && x[order[end]] == value) {
                if (y[order[end]] <= bestOfSmallerX) {
                    kept[size++] = order[end];
                }
                end++;
            }
            bestOfSmallerX = Math.min(bestOfSmallerX, y[order[at]]);
            at = end;
        }
        return Arrays.copyOf(kept, size);
    }

    /**
     * Area that the points dominate within the rectangle below the reference point (Zitzler and Thiele 1998), by a sweep over
     * the front. Points that do not lie below the reference in both objectives add nothing.
     *
     * @return in units of x times y; 0 without a point below the reference
     * @throws IllegalArgumentException as {@link #nonDominated}, or for a reference that is not finite
     */
    public static double hypervolume(double[] x, double[] y, double referenceX, double referenceY) {
        if (!Double.isFinite(referenceX) || !Double.isFinite(referenceY)) {
            throw new IllegalArgumentException(
                    "reference is (" + referenceX + ", " + referenceY + "), both must be finite");
        }
        double area = 0;
        double floor = referenceY;
        for (int point : nonDominated(x, y)) {
            if (x[point] < referenceX && y[point] < floor) {
                area += (referenceX - x[point]) * (floor - y[point]);
                floor = y[point];
            }
        }
        return area;
    }

    private static int[] sorted(double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException("x has " + x.length + " values and y has " + y.length);
        }
        int[] order = new int[x.length];
        for (int i = 0; i < order.length; i++) {
            if (!Double.isFinite(x[i]) || !Double.isFinite(y[i])) {
                throw new IllegalArgumentException(
                        "point " + i + " is (" + x[i] + ", " + y[i] + "), both must be finite");
            }
            order[i] = i;
        }
        mergeSort(order, order.clone(), 0, order.length, x, y);
        return order;
    }

    /** Sorts indices without boxing them: a million points would be a million objects. Stable, so ties stay by index. */
    private static void mergeSort(int[] target, int[] source, int from, int to, double[] x, double[] y) {
        if (to - from < 2) {
            return;
        }
        int middle = (from + to) >>> 1;
        mergeSort(source, target, from, middle, x, y);
        mergeSort(source, target, middle, to, x, y);
        int left = from;
        int right = middle;
        for (int at = from; at < to; at++) {
            boolean takeLeft = right >= to || (left < middle && !before(source[right], source[left], x, y));
            target[at] = takeLeft ? source[left++] : source[right++];
        }
    }

    private static boolean before(int a, int b, double[] x, double[] y) {
        return x[a] < x[b] || (x[a] == x[b] && y[a] < y[b]);
    }
}

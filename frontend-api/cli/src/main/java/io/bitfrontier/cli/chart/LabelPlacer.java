package io.bitfrontier.cli.chart;

import java.awt.geom.Line2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds room for labels beside their points. A label never covers another label or a member's mark and never leaves the
 * plot; among the places left, the one nearest to its point, to no other, and across the fewest lines
 * and dots wins.
 */
final class LabelPlacer {
    private static final int DIRECTIONS = 24;
    private static final double[] DISTANCES = {12, 20, 30, 42, 56, 72, 90, 110};
    private static final double GAP = 3;
    /** By how much a label should be nearer to its own mark than to any other. */
    private static final double CLEARER = 4;

    private final Rectangle2D plot;
    private final List<Rectangle2D> taken = new ArrayList<>();
    private final List<Point2D> marks = new ArrayList<>();
    private final List<Line2D> lines = new ArrayList<>();
    private final List<Rectangle2D> dots = new ArrayList<>();

    LabelPlacer(Rectangle2D plot) {
        this.plot = plot;
    }

    /** A mark that no label may cover. */
    void mark(double x, double y, double radius) {
        taken.add(square(x, y, radius + 1));
        marks.add(new Point2D.Double(x, y));
    }

    /** A dot that labels had better not cover. */
    void dot(double x, double y, double radius) {
        dots.add(square(x, y, radius));
    }

    /** A line that labels had better not cross. */
    void line(double x1, double y1, double x2, double y2) {
        lines.add(new Line2D.Double(x1, y1, x2, y2));
    }

    /** Room for a label of this size beside the point, now taken; null where there is none. */
    @Nullable
    Rectangle2D place(double x, double y, double width, double height) {
        Rectangle2D best = null;
        double least = Double.MAX_VALUE;
        for (double distance : DISTANCES) {
            for (int i = 0; i < DIRECTIONS; i++) {
                Rectangle2D box = beside(x, y, width, height, distance, 2 * Math.PI * i / DIRECTIONS);
                double cost = cost(box, x, y, distance);
                if (cost < least) {
                    least = cost;
                    best = box;
                }
            }
        }
        if (best != null) {
            taken.add(best);
            lines.add(leader(best, x, y));
        }
        return best;
    }

    /** The box that touches a circle of this radius around the point from outside, in this direction. */
    private static Rectangle2D beside(double x, double y, double width, double height, double distance, double angle) {
        double cos = Math.cos(angle);
        double sin = Math.sin(angle);
        double centreX = x + cos * distance + Math.signum(round(cos)) * width / 2;
        double centreY = y - sin * distance - Math.signum(round(sin)) * height / 2;
        return new Rectangle2D.Double(centreX - width / 2, centreY - height / 2, width, height);
    }

    private static double round(double value) {
        return Math.abs(value) < 1e-9 ? 0 : value;
    }

    private double cost(Rectangle2D box, double x, double y, double distance) {
        Rectangle2D roomy = new Rectangle2D.Double(
                box.getX() - GAP, box.getY() - GAP, box.getWidth() + 2 * GAP, box.getHeight() + 2 * GAP);
        if (!plot.contains(roomy) || taken.stream().anyMatch(roomy::intersects)) {
            return Double.MAX_VALUE;
        }
        Line2D leader = leader(box, x, y);
        long crossed = lines.stream().filter(l -> l.intersects(roomy)).count();
        long pierced = taken.stream()
                .filter(t -> !t.contains(x, y) && leader.intersects(t))
                .count();
        long tangled = lines.stream()
                .filter(l -> l.intersectsLine(leader) && l.ptSegDist(x, y) > 1)
                .count();
        double own = distance(box, x, y);
        long misleading = marks.stream()
                .filter(m -> m.distance(x, y) > 1 && distance(box, m.getX(), m.getY()) < own + CLEARER)
                .count();
        long covered = dots.stream().filter(roomy::intersects).count();
        return distance + 60 * crossed + 80 * pierced + 40 * tangled + 25 * misleading + 9 * covered;
    }

    /** The line from a label to its point. */
    static Line2D leader(Rectangle2D box, double x, double y) {
        double nearX = Math.max(box.getMinX(), Math.min(box.getMaxX(), x));
        double nearY = Math.max(box.getMinY(), Math.min(box.getMaxY(), y));
        return new Line2D.Double(nearX, nearY, x, y);
    }

    private static double distance(Rectangle2D box, double x, double y) {
        Line2D line = leader(box, x, y);
        return Math.hypot(line.getX2() - line.getX1(), line.getY2() - line.getY1());
    }

    private static Rectangle2D square(double x, double y, double radius) {
        return new Rectangle2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
    }
}

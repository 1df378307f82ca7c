package io.bitfrontier.cli.chart;

import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.api.Frontier;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Draws a frontier as SVG: members joined by a step line and labelled, the other candidates pale. */
final class FrontierSvg {
    static final int WIDTH = 1000;
    static final int HEIGHT = 620;
    /** Members that fewer resamples confirm are drawn hollow. */
    static final double SURE = 0.8;

    private static final Rectangle2D PLOT = new Rectangle2D.Double(76, 78, 742, 470);
    private static final double MEMBER = 6;
    private static final double OTHER = 3.6;
    private static final double LABEL_SIZE = 11.5;
    private static final double CHARACTER = 0.58 * LABEL_SIZE;
    private static final String INK = "#1f2937";
    private static final String PALE_INK = "#6b7280";
    private static final String FONT = "'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif";

    private final Frontier frontier;
    private final List<Frontier.Member> members;
    private final Axis x;
    private final Axis y;
    private final Svg svg = new Svg();

    private FrontierSvg(Frontier frontier) {
        this.frontier = frontier;
        members = FrontierText.bySize(frontier);
        x = Words.sizeAxis(frontier);
        y = Words.qualityAxis(frontier);
    }

    /** The drawing as an SVG document. */
    static String draw(Frontier frontier, String sweep) {
        if (frontier.members().isEmpty()) {
            throw new IllegalArgumentException("a frontier without members cannot be drawn");
        }
        return new FrontierSvg(frontier).draw(sweep);
    }

    private String draw(String sweep) {
        svg.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "viewBox",
                "0 0 " + WIDTH + " " + HEIGHT,
                "width",
                WIDTH,
                "height",
                HEIGHT,
                "role",
                "img",
                "font-family",
                FONT,
                "fill",
                INK);
        String title = capital(Words.qualityName(frontier)) + " against " + Words.sizeName(frontier) + ": " + sweep;
        svg.text("title", title);
        svg.element("rect", "width", WIDTH, "height", HEIGHT, "fill", "#ffffff");
        svg.text("text", title, "x", PLOT.getX(), "y", 36, "font-size", 20, "font-weight", 600);
        svg.text("text", subtitle(), "x", PLOT.getX(), "y", 58, "font-size", 13, "fill", PALE_INK);
        axes();
        LabelPlacer placer = new LabelPlacer(PLOT);
        floor();
        others(placer);
        steps(placer);
        members(placer);
        legend();
        return svg.close().toString();
    }

    private String subtitle() {
        return Figures.count(frontier.tokens()) + " training tokens · " + members.size() + " frontier members of "
                + frontier.candidates().size() + " points"
                + (frontier.evaluationVersion() == null ? "" : " · evaluation " + frontier.evaluationVersion())
                + (frontier.complete() ? "" : " · incomplete");
    }

    private void axes() {
        svg.open("g", "class", "axes", "font-size", 12, "fill", PALE_INK);
        for (Axis.Tick tick : y.ticks()) {
            double at = atY(tick.value());
            svg.element("line", "x1", PLOT.getMinX(), "x2", PLOT.getMaxX(), "y1", at, "y2", at, "stroke", "#e5e7eb");
            svg.text("text", tick.text(), "x", PLOT.getMinX() - 9, "y", at + 4, "text-anchor", "end");
        }
        for (Axis.Tick tick : x.ticks()) {
            double at = atX(tick.value());
            svg.element("line", "x1", at, "x2", at, "y1", PLOT.getMinY(), "y2", PLOT.getMaxY(), "stroke", "#f0f1f4");
            svg.element(
                    "line", "x1", at, "x2", at, "y1", PLOT.getMaxY(), "y2", PLOT.getMaxY() + 5, "stroke", "#9ca3af");
            svg.text("text", tick.text(), "x", at, "y", PLOT.getMaxY() + 20, "text-anchor", "middle");
        }
        svg.element(
                "path",
                "d",
                "M" + Svg.number(PLOT.getMinX()) + " " + Svg.number(PLOT.getMinY()) + "V" + Svg.number(PLOT.getMaxY())
                        + "H" + Svg.number(PLOT.getMaxX()),
                "fill",
                "none",
                "stroke",
                "#9ca3af");
        svg.close();
        svg.text(
                "text",
                capital(Words.sizeName(frontier)) + ", logarithmic",
                "x",
                PLOT.getCenterX(),
                "y",
                PLOT.getMaxY() + 46,
                "font-size",
                13,
                "text-anchor",
                "middle");
        svg.text(
                "text",
                frontier.isLoss() ? "Loss, nats per token (lower is better)" : "Accuracy",
                "transform",
                "translate(22 " + Svg.number(PLOT.getCenterY()) + ") rotate(-90)",
                "font-size",
                13,
                "text-anchor",
                "middle");
    }

    private void floor() {
        if (!frontier.isLoss() || frontier.floor() == null) {
            return;
        }
        double at = atY(frontier.floor());
        svg.element(
                "line",
                "class",
                "floor",
                "x1",
                PLOT.getMinX(),
                "x2",
                PLOT.getMaxX(),
                "y1",
                at,
                "y2",
                at,
                "stroke",
                PALE_INK,
                "stroke-dasharray",
                "6 4");
        svg.text(
                "text",
                String.format(Locale.ROOT, "the generator's own loss, %.4f", frontier.floor()),
                "x",
                PLOT.getMaxX() - 4,
                "y",
                at - 6,
                "font-size",
                11,
                "text-anchor",
                "end",
                "fill",
                PALE_INK);
    }

    private void others(LabelPlacer placer) {
        svg.open("g", "class", "candidates", "fill-opacity", "0.38");
        for (Frontier.Candidate c : frontier.candidates()) {
            if (c.onFrontier()) {
                continue;
            }
            double px = atX(c.x());
            double py = atY(c.y());
            placer.dot(px, py, OTHER);
            svg.open("path", "d", Look.mark(c.scheme(), px, py, OTHER), "fill", Look.colour(c.precision()));
            svg.text("title", c.label() + ": " + Figures.bytes(c.x()) + ", " + Words.quality(frontier, c.y()));
            svg.close();
        }
        svg.close();
    }

    private void steps(LabelPlacer placer) {
        StringBuilder path = new StringBuilder("M" + at(members.get(0)));
        for (int i = 1; i < members.size(); i++) {
            double fromX = atX(members.get(i - 1).x());
            double fromY = atY(members.get(i - 1).y());
            double toX = atX(members.get(i).x());
            double toY = atY(members.get(i).y());
            path.append("H").append(Svg.number(toX)).append("V").append(Svg.number(toY));
            placer.line(fromX, fromY, toX, fromY);
            placer.line(toX, fromY, toX, toY);
        }
        svg.element(
                "path",
                "class",
                "frontier",
                "d",
                path,
                "fill",
                "none",
                "stroke",
                "#374151",
                "stroke-width",
                "1.6",
                "stroke-linejoin",
                "round");
    }

    private void members(LabelPlacer placer) {
        members.forEach(m -> placer.mark(atX(m.x()), atY(m.y()), MEMBER));
        svg.open("g", "class", "errors", "stroke", INK, "stroke-opacity", "0.55");
        members.forEach(this::errorBar);
        svg.close();
        svg.open("g", "class", "labels", "font-size", LABEL_SIZE);
        members.forEach(m -> label(m, placer));
        svg.close();
        svg.open("g", "class", "members", "stroke-width", 2);
        for (Frontier.Member m : members) {
            boolean sure = m.probability() >= SURE;
            String colour = Look.colour(m.precision());
            svg.open(
                    "path",
                    "d",
                    Look.mark(m.scheme(), atX(m.x()), atY(m.y()), MEMBER),
                    "fill",
                    sure ? colour : "#ffffff",
                    "stroke",
                    sure ? "#ffffff" : colour);
            svg.text(
                    "title",
                    m.label() + ": " + Figures.bytes(m.x()) + ", " + Words.qualityWithError(frontier, m)
                            + String.format(Locale.ROOT, ", probability %.2f", m.probability()));
            svg.close();
        }
        svg.close();
    }

    private void errorBar(Frontier.Member m) {
        if (m.standardError() != null) {
            double at = atX(m.x());
            svg.element(
                    "line",
                    "x1",
                    at,
                    "x2",
                    at,
                    "y1",
                    clamp(atY(m.y() - m.standardError())),
                    "y2",
                    clamp(atY(m.y() + m.standardError())));
        }
    }

    private double errorPixels(Frontier.Member m) {
        return m.standardError() == null ? 0 : atY(m.y() - m.standardError()) - atY(m.y());
    }

    private static double clamp(double py) {
        return Math.max(PLOT.getMinY(), Math.min(PLOT.getMaxY(), py));
    }

    private void label(Frontier.Member m, LabelPlacer placer) {
        String text = m.model() + " " + Words.bits(m.precision());
        double px = atX(m.x());
        double py = atY(m.y());
        Rectangle2D box = placer.place(px, py, text.length() * CHARACTER, LABEL_SIZE);
        if (box == null) {
            return;
        }
        Line2D leader = LabelPlacer.leader(box, px, py);
        if (Math.hypot(leader.getX2() - leader.getX1(), leader.getY2() - leader.getY1()) > 2.5 * MEMBER) {
            svg.element(
                    "line",
                    "x1",
                    leader.getX1(),
                    "y1",
                    leader.getY1(),
                    "x2",
                    leader.getX2(),
                    "y2",
                    leader.getY2(),
                    "stroke",
                    "#9ca3af",
                    "stroke-width",
                    "0.8");
        }
        svg.text(
                "text",
                text,
                "x",
                box.getCenterX(),
                "y",
                box.getMaxY() - 2,
                "text-anchor",
                "middle",
                "textLength",
                box.getWidth(),
                "lengthAdjust",
                "spacingAndGlyphs");
    }

    private void legend() {
        Set<String> precisions = frontier.candidates().stream()
                .map(Frontier.Candidate::precision)
                .collect(Collectors.toSet());
        Set<String> schemes =
                frontier.candidates().stream().map(c -> Look.kind(c.scheme())).collect(Collectors.toSet());
        double left = PLOT.getMaxX() + 26;
        double top = PLOT.getMinY() + 6;
        svg.open("g", "class", "legend", "font-size", 12);
        top = heading("Precision", left, top);
        for (String precision : Look.precisions()) {
            if (precisions.contains(precision)) {
                top = entry(
                        precision.equals("16") ? "16 bit (full)" : precision + " bit",
                        "fp-then-qat",
                        Look.colour(precision),
                        left,
                        top);
            }
        }
        top = heading("Training", left, top + 12);
        for (String scheme : List.of("full-precision", "fp-then-qat", "qat-from-scratch", "ptq")) {
            if (schemes.contains(scheme)) {
                top = entry(schemeName(scheme), scheme, "#4b5563", left, top);
            }
        }
        top = heading("Frontier", left, top + 12);
        top = entry("≥ 80 % sure", "fp-then-qat", "#4b5563", left, top);
        svg.element(
                "path",
                "d",
                Look.mark("fp-then-qat", left + 6, top - 4, 5),
                "fill",
                "#ffffff",
                "stroke",
                "#4b5563",
                "stroke-width",
                2);
        svg.text("text", "less sure", "x", left + 20, "y", top);
        if (members.stream().anyMatch(m -> errorPixels(m) > MEMBER + 2)) {
            top += 20;
            svg.element("line", "x1", left + 6, "x2", left + 6, "y1", top - 11, "y2", top + 2, "stroke", INK);
            svg.text("text", "± 1 std. error", "x", left + 20, "y", top);
        }
        svg.close();
    }

    private double heading(String text, double left, double top) {
        svg.text("text", text, "x", left, "y", top + 4, "font-weight", 600);
        return top + 25;
    }

    private double entry(String text, String scheme, String colour, double left, double top) {
        svg.element("path", "d", Look.mark(scheme, left + 6, top - 4, 5), "fill", colour);
        svg.text("text", text, "x", left + 20, "y", top);
        return top + 20;
    }

    private static String schemeName(String scheme) {
        return switch (scheme) {
            case "full-precision" -> "full precision";
            case "fp-then-qat" -> "FP, then QAT";
            case "qat-from-scratch" -> "QAT from scratch";
            default -> "PTQ";
        };
    }

    private String at(Frontier.Member m) {
        return Svg.number(atX(m.x())) + " " + Svg.number(atY(m.y()));
    }

    private double atX(double size) {
        return PLOT.getMinX() + x.position(size) * PLOT.getWidth();
    }

    private double atY(double quality) {
        return PLOT.getMaxY() - y.position(quality) * PLOT.getHeight();
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}

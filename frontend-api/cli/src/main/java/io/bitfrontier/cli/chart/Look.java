package io.bitfrontier.cli.chart;

import java.util.LinkedHashMap;
import java.util.Map;

/** Colours by precision and shapes by scheme. */
final class Look {
    private static final Map<String, String> COLOURS = new LinkedHashMap<>();
    private static final String OTHER_COLOUR = "#6b7280";

    static {
        COLOURS.put("1", "#c8374a");
        COLOURS.put("1.58", "#e07b39");
        COLOURS.put("2", "#c79a1b");
        COLOURS.put("3", "#2f9e77");
        COLOURS.put("4", "#2b7bba");
        COLOURS.put("16", "#5b4b9a");
    }

    private Look() {}

    static String colour(String precision) {
        return COLOURS.getOrDefault(precision, OTHER_COLOUR);
    }

    /** The precisions in the order of the legend. */
    static Iterable<String> precisions() {
        return COLOURS.keySet();
    }

    /** The scheme's name without its parameters. */
    static String kind(String scheme) {
        int bracket = scheme.indexOf('(');
        return bracket < 0 ? scheme : scheme.substring(0, bracket);
    }

    /** Outline of the scheme's mark around a point, as path data: circle, square, diamond or triangle. */
    static String mark(String scheme, double x, double y, double radius) {
        return switch (kind(scheme)) {
            case "ptq" -> polygon(x, y, radius * 1.25, 4, Math.PI / 4);
            case "qat-from-scratch" -> polygon(x, y, radius * 1.3, 4, 0);
            case "full-precision" -> polygon(x, y, radius * 1.35, 3, Math.PI / 2);
            default -> circle(x, y, radius);
        };
    }

    private static String circle(double x, double y, double radius) {
        String r = Svg.number(radius);
        return "M" + Svg.number(x - radius) + " " + Svg.number(y) + "a" + r + " " + r + " 0 1 0 "
                + Svg.number(2 * radius) + " 0a" + r + " " + r + " 0 1 0 " + Svg.number(-2 * radius) + " 0z";
    }

    private static String polygon(double x, double y, double radius, int corners, double turn) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < corners; i++) {
            double angle = turn + 2 * Math.PI * i / corners;
            path.append(i == 0 ? "M" : "L")
                    .append(Svg.number(x + radius * Math.cos(angle)))
                    .append(' ')
                    .append(Svg.number(y - radius * Math.sin(angle)));
        }
        return path.append('z').toString();
    }
}

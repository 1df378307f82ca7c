package io.bitfrontier.cli.chart;

import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.api.Frontier;
import java.util.Locale;
import java.util.stream.Stream;

/** The names and figures of a frontier, the same in table, terminal chart and SVG. */
final class Words {
    private Words() {}

    static String sizeName(Frontier frontier) {
        return frontier.x().equals("packedSizeBytes") ? "packed size" : "effective size";
    }

    static String qualityName(Frontier frontier) {
        return frontier.isLoss() ? "loss" : "accuracy";
    }

    static String quality(Frontier frontier, double value) {
        return frontier.isLoss() ? String.format(Locale.ROOT, "%.3f", value) : Figures.percent(value);
    }

    /** {@code 82.4 % ± 0.6}, or without the error where none is known. */
    static String qualityWithError(Frontier frontier, Frontier.Member member) {
        if (member.standardError() == null) {
            return quality(frontier, member.y());
        }
        return frontier.isLoss()
                ? String.format(Locale.ROOT, "%.3f ± %.3f", member.y(), member.standardError())
                : String.format(Locale.ROOT, "%.1f ± %.1f %%", 100 * member.y(), 100 * member.standardError());
    }

    static String bits(String precision) {
        return precision + "-bit";
    }

    static Axis sizeAxis(Frontier frontier) {
        return Axis.sizes(Stream.concat(
                        frontier.members().stream().map(Frontier.Member::x),
                        frontier.candidates().stream().map(Frontier.Candidate::x))
                .mapToDouble(Double::doubleValue));
    }

    static Axis qualityAxis(Frontier frontier) {
        Stream<Double> values = Stream.concat(
                frontier.members().stream().map(Frontier.Member::y),
                frontier.candidates().stream().map(Frontier.Candidate::y));
        if (!frontier.isLoss()) {
            return Axis.shares(values.mapToDouble(Double::doubleValue));
        }
        Stream<Double> floor = Stream.ofNullable(frontier.floor());
        return Axis.losses(Stream.concat(values, floor).mapToDouble(Double::doubleValue));
    }
}

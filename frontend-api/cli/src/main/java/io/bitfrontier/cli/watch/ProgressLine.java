package io.bitfrontier.cli.watch;

import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.api.Sweep;
import io.bitfrontier.cli.api.Sweep.Progress;
import java.time.Duration;
import java.util.Locale;
import java.util.StringJoiner;

/** A sweep's progress in one line. */
public final class ProgressLine {
    private static final int BAR = 24;
    private static final double ALMOST = 0.99;

    private ProgressLine() {}

    /** For a terminal: a bar, counts per state, the rate and the time left, in at most this many columns. */
    public static String bar(Sweep sweep, int columns) {
        double share = share(sweep);
        int full = (int) Math.round(share * BAR);
        String line = "█".repeat(full) + "░".repeat(BAR - full) + " " + facts(sweep, share);
        return line.length() <= columns ? line : line.substring(0, columns - 1) + "…";
    }

    /** For a log: the same facts without the bar. */
    public static String plain(Sweep sweep) {
        return sweep.name() + ": " + facts(sweep, share(sweep));
    }

    /** Share of the tokens trained; below 1 until the sweep has ended, evaluations included. */
    static double share(Sweep sweep) {
        Progress p = sweep.progress();
        if (sweep.state().equals("SUCCEEDED")) {
            return 1;
        }
        double share = p.tokensPlanned() > 0
                ? (double) p.tokensDone() / p.tokensPlanned()
                : p.total() == 0 ? 0 : (double) p.count("SUCCEEDED") / p.total();
        return Math.max(0, Math.min(ALMOST, share));
    }

    private static String facts(Sweep sweep, double share) {
        Progress p = sweep.progress();
        StringJoiner facts = new StringJoiner(" · ");
        facts.add(Math.round(100 * share) + " %");
        facts.add(p.count("SUCCEEDED") + "/" + p.total() + " runs done");
        count(facts, p, "RUNNING", "running");
        count(facts, p, "READY", "ready");
        count(facts, p, "PLANNED", "waiting");
        count(facts, p, "FAILED", "failed");
        count(facts, p, "CANCELLED", "cancelled");
        if (!sweep.finished()) {
            if (p.tokensPerSecond() != null) {
                facts.add(Figures.count(Math.rint(p.tokensPerSecond())) + " tokens/s");
            }
            if (p.secondsLeft() != null) {
                facts.add(Figures.duration(Duration.ofSeconds(Math.round(p.secondsLeft()))) + " left");
            }
        }
        if (sweep.stateReason() != null) {
            facts.add(sweep.state().toLowerCase(Locale.ROOT) + ": " + sweep.stateReason());
        }
        return facts.toString();
    }

    private static void count(StringJoiner facts, Progress progress, String state, String word) {
        if (progress.count(state) > 0) {
            facts.add(progress.count(state) + " " + word);
        }
    }
}

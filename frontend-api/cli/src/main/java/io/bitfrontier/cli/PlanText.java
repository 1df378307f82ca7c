package io.bitfrontier.cli;

import io.bitfrontier.cli.api.Sweep.PlanSummary;
import java.util.List;
import java.util.Locale;

/** What a plan saves, in two lines. */
public final class PlanText {
    private PlanText() {}

    public static List<String> saving(PlanSummary plan) {
        return List.of(
                "Plan: " + plan.points() + " grid points by " + plan.runs() + " runs, training "
                        + Figures.count(plan.tokensPlanned()) + " tokens",
                "Saved: " + times(plan.tokensAlone(), plan.tokensPlanned()) + " against every point trained alone ("
                        + Figures.count(plan.tokensAlone()) + "), "
                        + times(plan.tokensParentReused(), plan.tokensPlanned())
                        + " against reusing a parent per budget (" + Figures.count(plan.tokensParentReused()) + ")");
    }

    private static String times(long other, long planned) {
        return planned == 0 ? "all of it" : String.format(Locale.ROOT, "%.1f×", (double) other / planned);
    }
}

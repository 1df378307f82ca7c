package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.PlanText;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code plan FILE}. */
@Command(name = "plan", description = "What a sweep would train and what that saves; stores nothing.")
public final class PlanCommand extends ServiceCommand {
    private static final int DROPPED_SHOWN = 10;

    @Parameters(paramLabel = "FILE", description = "A sweep document, YAML or JSON.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    public PlanCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        ApiClient api = api();
        String document = Documents.read(spec, file);
        Answer answer = api.postYaml("/api/v1/plans", document);
        return show(answer, () -> describe(answer.as(Plan.class)));
    }

    private void describe(Plan plan) {
        PlanText.saving(plan.summary()).forEach(this::print);
        if (plan.tokensAlreadyTrained() > 0 || plan.tokensUnderway() > 0) {
            print("Of these, " + Figures.count(plan.tokensAlreadyTrained()) + " tokens are trained already and "
                    + Figures.count(plan.tokensUnderway()) + " are on their way; submitting adds " + plan.newRuns()
                    + " runs and " + Figures.count(plan.tokensToTrain()) + " tokens.");
        }
        print("Runs: " + plan.trainRuns() + " of training, " + plan.evaluateRuns() + " of evaluation");
        print(String.format(
                Locale.ROOT,
                "Compute: %.3g FLOPs; checkpoints: %s",
                plan.flopsPlanned(),
                Figures.bytes(plan.storageBytes())));
        print("Time: " + time(plan));
        for (Plan.Rounding r : Objects.requireNonNullElse(plan.rounded(), List.<Plan.Rounding>of())) {
            if (r.requested() != r.tokens()) {
                print("Rounded to whole optimizer steps: " + r.requested() + " tokens to " + r.tokens());
            }
        }
        List<Plan.Dropped> dropped = Objects.requireNonNullElse(plan.dropped(), List.of());
        if (plan.droppedCount() > 0) {
            print("Dropped combinations: " + plan.droppedCount());
        }
        dropped.stream().limit(DROPPED_SHOWN).forEach(d -> print("  " + sentence(d)));
        if (plan.droppedCount() > DROPPED_SHOWN) {
            print("  and " + (plan.droppedCount() - DROPPED_SHOWN) + " more; --json lists them");
        }
    }

    private static String time(Plan plan) {
        String source = Objects.requireNonNullElse(plan.throughputSource(), "unknown");
        if (plan.gpuHours() == null) {
            return source;
        }
        String toTrain = plan.gpuHoursToTrain() == null || plan.tokensToTrain() == plan.tokensPlanned()
                ? ""
                : String.format(Locale.ROOT, ", %.3g of them still to be done", plan.gpuHoursToTrain());
        return String.format(Locale.ROOT, "%.3g device hours%s (%s)", plan.gpuHours(), toTrain, source);
    }

    private static String sentence(Plan.Dropped d) {
        return String.join(
                " ",
                d.model(),
                Figures.count(d.tokens()),
                d.precision() + "-bit",
                d.scheme(),
                d.quantizer() + ":",
                d.reason());
    }
}

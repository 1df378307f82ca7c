package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.WrongUsageException;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.QuotaStanding;
import io.bitfrontier.cli.api.Repetition;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quota PROJECT}. */
@Command(
        name = "quota",
        description =
                "What the sweeps of a project may take together, and take; with options, change it. 'none' lifts a bound.")
public final class QuotaCommand extends ServiceCommand {
    private static final String NONE = "none";

    @Parameters(paramLabel = "PROJECT", description = "Name of the project.")
    @SuppressWarnings("NullAway.Init")
    private String project;

    @Option(names = "--max-workers", paramLabel = "N", description = "Most workers at one time.")
    private @Nullable String maxWorkers;

    @Option(names = "--gpu-hours-per-month", paramLabel = "H", description = "Most GPU-hours a month (UTC).")
    private @Nullable String gpuHoursPerMonth;

    @Option(names = "--gpu-hours", paramLabel = "H", description = "Most GPU-hours altogether.")
    private @Nullable String gpuHours;

    @Option(names = "--max-sweeps", paramLabel = "N", description = "Most living sweeps.")
    private @Nullable String maxSweeps;

    public QuotaCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        ApiClient api = api();
        String path = "/api/v1/projects/" + ApiClient.encode(project) + "/quota";
        Answer answer = api.get(path);
        if (maxWorkers != null || gpuHoursPerMonth != null || gpuHours != null || maxSweeps != null) {
            QuotaStanding.Quota before = answer.as(QuotaStanding.class).quota();
            Map<String, Object> quota = new LinkedHashMap<>();
            put(quota, "maxWorkers", "--max-workers", maxWorkers, before.maxWorkers());
            put(quota, "gpuHoursPerMonth", "--gpu-hours-per-month", gpuHoursPerMonth, before.gpuHoursPerMonth());
            put(quota, "gpuHours", "--gpu-hours", gpuHours, before.gpuHours());
            put(quota, "maxLivingSweeps", "--max-sweeps", maxSweeps, before.maxLivingSweeps());
            // Once: sent again later, what was read a while ago would undo what another operator has set since.
            answer = api.repeating(Repetition.NONE).putJson(path, quota);
        }
        Answer last = answer;
        return show(last, () -> describe(last.as(QuotaStanding.class)));
    }

    /** What is not given stays as it was. */
    private static void put(
            Map<String, Object> quota, String name, String option, @Nullable String given, @Nullable Number before) {
        if (given == null && before != null) {
            quota.put(name, before);
        } else if (given != null && !given.equals(NONE)) {
            try {
                quota.put(name, new BigDecimal(given));
            } catch (NumberFormatException e) {
                throw new WrongUsageException(option + ": '" + given + "' is neither a number nor 'none'");
            }
        }
    }

    private void describe(QuotaStanding standing) {
        QuotaStanding.Quota quota = standing.quota();
        QuotaStanding.Use use = standing.use();
        print("Project " + standing.project());
        print("Workers: " + use.workers() + " now, " + most(quota.maxWorkers()));
        print("GPU-hours this month: " + Figures.hours(use.gpuHoursOfMonth()) + ", " + most(quota.gpuHoursPerMonth()));
        print("GPU-hours: " + Figures.hours(use.gpuHours()) + ", " + most(quota.gpuHours()));
        print("Living sweeps: " + use.livingSweeps() + ", " + most(quota.maxLivingSweeps()));
    }

    private static String most(@Nullable Number bound) {
        return bound == null ? "no bound" : "at most " + bound;
    }
}

package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.Figures;
import io.bitfrontier.cli.WrongUsageException;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Sweep;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code limits SWEEP}. */
@Command(
        name = "limits",
        description = "What a sweep may take and has taken; with options, change it. 'none' lifts a limit.")
public final class LimitsCommand extends ServiceCommand {
    private static final String NONE = "none";

    @Parameters(paramLabel = "SWEEP", description = "Name or id.")
    @SuppressWarnings("NullAway.Init")
    private String sweep;

    @Option(names = "--priority", paramLabel = "N", description = "-100 to 100; larger is claimed first.")
    private @Nullable String priority;

    @Option(names = "--max-workers", paramLabel = "N", description = "Most workers at one time.")
    private @Nullable String maxWorkers;

    @Option(names = "--gpu-hours", paramLabel = "H", description = "Most GPU-hours.")
    private @Nullable String gpuHours;

    @Option(names = "--deadline", paramLabel = "TIME", description = "When to start no more: 2027-01-31T18:00:00Z.")
    private @Nullable String deadline;

    @Option(names = "--keep", paramLabel = "WHAT", description = "extendable, points or results.")
    private @Nullable String keep;

    public LimitsCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        Map<String, @Nullable Object> changes = new LinkedHashMap<>();
        put(changes, "priority", number("--priority", priority));
        put(changes, "maxWorkers", number("--max-workers", maxWorkers));
        put(changes, "gpuHours", number("--gpu-hours", gpuHours));
        put(changes, "deadline", deadline);
        put(changes, "keep", keep);
        ApiClient api = api();
        String path = "/api/v1/sweeps/" + sweepId(api, sweep);
        Answer answer = changes.isEmpty() ? api.get(path) : api.patchJson(path + "/limits", changes);
        return show(answer, () -> describe(answer.as(Sweep.class)));
    }

    /** What is not given is not changed; {@code none} is a change to null. */
    private static void put(Map<String, @Nullable Object> changes, String name, @Nullable Object value) {
        if (value != null) {
            changes.put(name, NONE.equals(value) ? null : value);
        }
    }

    private static @Nullable Object number(String option, @Nullable String text) {
        if (text == null || text.equals(NONE)) {
            return text;
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new WrongUsageException(option + ": '" + text + "' is neither a number nor 'none'");
        }
    }

    private void describe(Sweep found) {
        Sweep.Limits limits = found.limits();
        Sweep.Use use = found.use();
        print("Sweep " + found.name() + ": " + found.state()
                + (found.stateReason() == null ? "" : ": " + found.stateReason()));
        if (limits == null || use == null) {
            return;
        }
        print("Priority: " + limits.priority());
        print("Workers: " + use.workers() + " now, " + most(limits.maxWorkers()));
        print("GPU-hours: " + Figures.hours(use.gpuHours()) + " used, " + most(limits.gpuHours()));
        print("Deadline: " + (limits.deadline() == null ? "none" : limits.deadline()));
        print("Keeps: " + limits.keep());
    }

    private static String most(@Nullable Number bound) {
        return bound == null ? "no limit" : "at most " + bound;
    }
}

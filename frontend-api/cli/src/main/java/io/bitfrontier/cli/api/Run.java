package io.bitfrontier.cli.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run, with the details that only a single run's answer carries. */
public record Run(
        long id,
        String kind,
        String state,
        int generation,
        String model,
        String precision,
        @Nullable String quantizer,
        long fromTokens,
        long toTokens,
        long progressTokens,
        int attempts,
        @Nullable String failureClass,
        @Nullable String failureMessage,
        @Nullable String createdAt,
        @Nullable String finishedAt,
        @Nullable String waitingFor,
        @Nullable List<Attempt> attemptList,
        @Nullable String checkpointUri,
        @Nullable String evaluationVersion,
        @Nullable Map<String, Metric> metrics,
        @Nullable List<Drift> layerDrift) {

    /** One execution of the run by a worker. */
    public record Attempt(
            long id,
            int number,
            String worker,
            String state,
            @Nullable String startedAt,
            @Nullable String endedAt,
            long resumedFromTokens,
            long refusedWrites,
            @Nullable String device,
            @Nullable String failureClass,
            @Nullable String failureMessage) {}

    /** A measured figure. */
    public record Metric(double value, @Nullable Double standardError, long count) {}

    /** How far a layer's weights moved from where they started. */
    public record Drift(String parameter, double drift) {}

    /** A page of runs. */
    public record Page(List<Run> items, @Nullable String nextCursor) {}

    /** One change of state. */
    public record Transition(String at, @Nullable String from, String to, String event, String actor, String reason) {}
}

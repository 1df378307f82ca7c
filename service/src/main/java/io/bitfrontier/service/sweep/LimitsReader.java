package io.bitfrontier.service.sweep;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the section {@code limits} of a document, and changes to it. */
final class LimitsReader {
    static final String[] FIELDS = {"priority", "maxWorkers", "gpuHours", "deadline", "keep"};

    private static final int MOST_PRIORITY = 100;
    private static final int MOST_WORKERS = 10_000;
    private static final double MOST_GPU_HOURS = 1e7;
    private static final Instant LAST_DEADLINE = Instant.parse("9999-01-01T00:00:00Z");

    private final Section section;

    private LimitsReader(Section section) {
        this.section = section;
    }

    static SweepLimits read(Section section) {
        LimitsReader reader = new LimitsReader(section);
        return new SweepLimits(
                (int) section.signed("priority", MOST_PRIORITY),
                reader.maxWorkers(),
                reader.gpuHours(),
                reader.deadline(),
                reader.keep());
    }

    /**
     * Reads limits given by name; null is no limit.
     *
     * @throws io.bitfrontier.service.problem.ProblemException with every violation
     */
    static SweepLimits read(Map<String, @Nullable Object> values) {
        Map<String, DocumentNode> fields = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (value == null) {
                fields.put(name, new DocumentNode.Scalar("null", DocumentNode.Kind.NULL));
            } else if (value instanceof Map<?, ?> || value instanceof List<?>) {
                fields.put(name, new DocumentNode.Items(List.of()));
            } else {
                fields.put(name, new DocumentNode.Scalar(value.toString(), DocumentNode.Kind.TEXT));
            }
        });
        Findings findings = new Findings();
        SweepLimits limits = read(Section.of(new DocumentNode.Fields(fields), "limits", findings, FIELDS));
        findings.throwIfAny();
        return limits;
    }

    /** Those that a stored document names, whatever else in it is out of date by now. */
    static SweepLimits ofDocument(Map<String, @Nullable Object> document) {
        if (!(document.get("limits") instanceof Map<?, ?> written)) {
            return SweepLimits.NONE;
        }
        Map<String, @Nullable Object> limits = new LinkedHashMap<>();
        written.forEach((name, value) -> limits.put(String.valueOf(name), value));
        return read(limits);
    }

    private @Nullable Integer maxWorkers() {
        return section.has("maxWorkers") ? (Integer) (int) section.whole("maxWorkers", 1, 1, MOST_WORKERS) : null;
    }

    private @Nullable Double gpuHours() {
        return section.has("gpuHours")
                ? (Double) section.number("gpuHours", 1, Numbers.Range.above(0, MOST_GPU_HOURS))
                : null;
    }

    private @Nullable Instant deadline() {
        String text = section.text("deadline").orElse(null);
        if (text == null) {
            return null;
        }
        try {
            Instant deadline = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS);
            if (deadline.isBefore(LAST_DEADLINE)) {
                return deadline;
            }
            section.wrong("deadline", "must be before " + LAST_DEADLINE);
        } catch (DateTimeException e) {
            section.wrong("deadline", "must be a date and time with its offset, such as 2027-01-31T18:00:00Z");
        }
        return null;
    }

    private KeepStates keep() {
        return section.text("keep")
                .flatMap(written -> {
                    Optional<KeepStates> keep = KeepStates.of(written);
                    if (keep.isEmpty()) {
                        section.wrong("keep", "must be one of " + String.join(", ", KeepStates.labels()));
                    }
                    return keep;
                })
                .orElse(KeepStates.EXTENDABLE);
    }
}

package io.bitfrontier.cli.command;

import io.bitfrontier.cli.Context;
import io.bitfrontier.cli.api.Answer;
import io.bitfrontier.cli.api.ApiClient;
import io.bitfrontier.cli.api.Frontier;
import io.bitfrontier.cli.chart.FrontierFile;
import io.bitfrontier.cli.chart.FrontierText;
import io.bitfrontier.vocabulary.Amount;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code frontier SWEEP}. */
@Command(name = "frontier", description = "The Pareto frontier of size against quality at one token budget.")
public final class FrontierCommand extends ServiceCommand {
    @Parameters(paramLabel = "SWEEP", description = "Name or id.")
    @SuppressWarnings("NullAway.Init")
    private String sweep;

    @Option(
            names = "--tokens",
            paramLabel = "TOKENS",
            converter = Tokens.class,
            description = "The budget, such as 2M (default: the largest one with results).")
    private @Nullable Long tokens;

    @Option(names = "--x", paramLabel = "SIZE", description = "effectiveSizeBytes (default) or packedSizeBytes.")
    private @Nullable SizeAxis x;

    @Option(names = "--y", paramLabel = "QUALITY", description = "accuracy (default) or loss.")
    private @Nullable QualityAxis y;

    @Option(names = "--svg", paramLabel = "FILE", description = "Also draw it into this file.")
    private @Nullable Path svg;

    public FrontierCommand(Context context) {
        super(context);
    }

    @Override
    public Integer call() {
        ApiClient api = api();
        Map<String, String> query = new LinkedHashMap<>();
        query.put("sweep", sweepId(api, sweep));
        if (tokens != null) {
            query.put("tokens", tokens.toString());
        }
        if (x != null) {
            query.put("x", x.name());
        }
        if (y != null) {
            query.put("y", y.name());
        }
        Answer answer = api.get("/api/v1/frontiers", query);
        Frontier frontier = answer.as(Frontier.class);
        show(answer, () -> FrontierText.lines(frontier, context().settings().columns())
                .forEach(this::print));
        if (svg != null) {
            Path written = FrontierFile.write(frontier, sweep, svg);
            context().err().println("Wrote " + written);
        }
        return DONE;
    }

    /** The x-axes, named as in REST. */
    enum SizeAxis {
        effectiveSizeBytes,
        packedSizeBytes
    }

    /** The y-axes, named as in REST. */
    enum QualityAxis {
        accuracy,
        loss
    }

    /** Reads {@code 250k}, {@code 2M}. */
    static final class Tokens implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                long tokens = Amount.parse(text);
                if (tokens < 1) {
                    throw new TypeConversionException("'" + text + "' tokens, at least 1 is needed");
                }
                return tokens;
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}

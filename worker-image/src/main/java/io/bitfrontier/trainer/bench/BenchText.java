package io.bitfrontier.trainer.bench;

import io.bitfrontier.trainer.bench.BenchResult.Memory;
import io.bitfrontier.trainer.quant.QuantizerBenchmark;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A benchmark's result as Markdown tables, which read as plain text too. Brackets hold the quartiles over the rounds. */
final class BenchText {
    private BenchText() {}

    static String of(BenchResult result) {
        StringBuilder text = new StringBuilder();
        BenchResult.Machine machine = result.machine();
        text.append(format(
                "%s, %d cores, %d threads, Java %s, MKL_THREADING_LAYER=%s; load average before: %.1f%n",
                machine.processor(),
                machine.cores(),
                machine.threads(),
                machine.java(),
                machine.mklThreading(),
                result.loadAtStart()));
        text.append(format(
                "Median of %d rounds of alternating blocks, [quartiles]; first steps are not counted.%n",
                result.rounds()));
        Memory memory = result.memory();
        if (memory != null) {
            text.append(format(
                    "%nResident memory, %s at %s bits: %.1f MB at step %d, %.1f MB at step %d: %+.1f %%%n",
                    memory.model(),
                    memory.precision(),
                    memory.earlyBytes() / 1e6,
                    memory.earlyStep(),
                    memory.lateBytes() / 1e6,
                    memory.lateStep(),
                    100 * memory.growth()));
        }
        table(
                text,
                "Training step in full precision",
                "model | micro-batches | tokens/s | GFLOP/s | sgemm | its GFLOP/s | share of sgemm | masked half not counted",
                result.steps(),
                r -> format(
                        "%s | %d | %s | %s | %s | %s | %s | %.0f %%",
                        r.model(),
                        r.microBatches(),
                        spread(r.tokensPerSecond(), 1, "%.0f"),
                        spread(r.flopsPerSecond(), 1e-9, "%.1f"),
                        r.sgemmShape(),
                        spread(r.sgemmFlopsPerSecond(), 1e-9, "%.1f"),
                        spread(r.share(), 100, "%.0f") + " %",
                        100 * r.shareWithoutMask()));
        table(
                text,
                "Device against processor",
                "model | bits | device | steps | largest relative difference of the loss | same bits twice",
                result.agreements(),
                r -> format(
                        "%s | %s | %s | %d | %.1e | %s",
                        r.model(),
                        r.precision(),
                        r.device(),
                        r.steps(),
                        r.largestDifference(),
                        r.repeats() ? "yes" : "NO"));
        table(
                text,
                "QAT over full precision",
                "model | micro-batches | bits | quantizer | tokens/s | overhead",
                result.overheads(),
                r -> format(
                        "%s | %d | %s | %s | %s | %s %%",
                        r.model(),
                        r.microBatches(),
                        r.precision(),
                        r.quantizer(),
                        spread(r.tokensPerSecond(), 1, "%.0f"),
                        spread(r.overhead(), 100, "%+.1f")));
        table(
                text,
                "Against PyTorch (below 16 bits it quantizes inside every forward)",
                "model | micro-batches | bits | PyTorch | its tokens/s | our tokens/s | ours over PyTorch",
                result.peers(),
                r -> format(
                        "%s | %d | %s | %s | %s | %s | %s",
                        r.model(),
                        r.microBatches(),
                        r.precision(),
                        r.torchVersion(),
                        spread(r.torchTokensPerSecond(), 1, "%.0f"),
                        spread(r.tokensPerSecond(), 1, "%.0f"),
                        spread(r.speedup(), 1, "%.2f")));
        table(
                text,
                "Quantizer forward and backward, one matrix",
                "quantizer | matrix | threads | LibTorch ms | kernel ms | ratio",
                result.kernels(),
                BenchText::kernel);
        return text.toString();
    }

    private static String kernel(QuantizerBenchmark.Timing r) {
        return format(
                "%s | %dx%d | %d | %.1f | %.1f | %.1f",
                r.quantizer(), r.rows(), r.cols(), r.threads(), r.referenceMs(), r.kernelMs(), r.speedup());
    }

    private static <T> void table(
            StringBuilder text, String title, String header, List<T> rows, Function<T, String> line) {
        if (rows.isEmpty()) {
            return;
        }
        text.append(format("%n%s%n%n| %s |%n", title, header));
        text.append("|---".repeat(header.split("\\|", -1).length)).append(format("|%n"));
        rows.forEach(row -> text.append(format("| %s |%n", line.apply(row))));
    }

    private static String spread(Spread spread, double factor, String number) {
        return format(
                number + " [" + number + ", " + number + "]",
                spread.median() * factor,
                spread.lowerQuartile() * factor,
                spread.upperQuartile() * factor);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}

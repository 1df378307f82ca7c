package io.bitfrontier.trainer.train;

import java.util.List;
import java.util.Locale;

/** Recognizes that memory is exhausted. LibTorch and the C++ runtime report that as any other error, in words. */
public final class MemoryExhaustion {
    /** Of the processor's allocator, CUDA's, cuBLAS' and C++ itself, in lower case. */
    private static final List<String> WORDS = List.of(
            "can't allocate memory", "not enough memory", "out of memory", "cublas_status_alloc_failed", "bad_alloc");

    private MemoryExhaustion() {}

    /** Whether it, in whatever words, says that there is no more memory. */
    public static boolean isTheCauseOf(Throwable failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return failure instanceof OutOfMemoryError || WORDS.stream().anyMatch(message::contains);
    }
}

package io.bitfrontier.vocabulary.work;

import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over the canonical text of a record. The text names every component in declaration order; a component added later
 * changes every fingerprint and so needs a new numerics version.
 */
public final class Fingerprint {
    private Fingerprint() {}

    /** 64 lower-case hexadecimal digits. */
    public static String of(String canonicalText) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(canonicalText.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Text that is the same on every Java release. A record's own {@code toString} is not: the decimal digits of some doubles
     * changed with Java 19, so floating point numbers are written in hexadecimal here.
     */
    public static String canonical(@Nullable Object value) {
        if (value instanceof Double number) {
            return Double.toHexString(number);
        }
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof Record rec) {
            return Arrays.stream(rec.getClass().getRecordComponents())
                    .map(component -> component.getName() + "=" + canonical(read(component, rec)))
                    .collect(Collectors.joining(",", rec.getClass().getSimpleName() + "[", "]"));
        }
        return String.valueOf(value);
    }

    private static @Nullable Object read(RecordComponent component, Record rec) {
        try {
            return component.getAccessor().invoke(rec);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the accessors of records can be called: " + component, e);
        }
    }
}

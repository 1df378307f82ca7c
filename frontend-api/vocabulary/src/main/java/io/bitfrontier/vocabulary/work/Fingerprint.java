package io.bitfrontier.vocabulary.work;

import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over the canonical text of a record. The text names every component in declaration order; a component added later
 * changes every fingerprint and so needs a new numerics version.
 */
public final class Fingerprint {
    /** Looked up once per class: plans fingerprint tens of thousands of records. */
    private static final ClassValue<List<Component>> COMPONENTS = new ClassValue<>() {
        @Override
        protected List<Component> computeValue(Class<?> type) {
            return Arrays.stream(type.getRecordComponents())
                    .map(component -> new Component(component.getName(), component.getAccessor()))
                    .toList();
        }
    };

    private static final int FRACTION_DIGITS = 13;
    private static final int BITS_PER_DIGIT = 4;
    private static final long FRACTION = (1L << FRACTION_DIGITS * BITS_PER_DIGIT) - 1;

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
        StringBuilder text = new StringBuilder();
        append(text, value);
        return text.toString();
    }

    private static void append(StringBuilder text, @Nullable Object value) {
        if (value instanceof Double number) {
            appendHexadecimal(text, number);
        } else if (value instanceof Enum<?> constant) {
            text.append(constant.name());
        } else if (value instanceof Record rec) {
            text.append(rec.getClass().getSimpleName()).append('[');
            String separator = "";
            for (Component component : COMPONENTS.get(rec.getClass())) {
                text.append(separator).append(component.name()).append('=');
                append(text, component.read(rec));
                separator = ",";
            }
            text.append(']');
        } else {
            text.append(value);
        }
    }

    /** As {@link Double#toHexString} does, which compiles a regular expression for every number. */
    private static void appendHexadecimal(StringBuilder text, double number) {
        double magnitude = Math.abs(number);
        if (magnitude < Double.MIN_NORMAL || magnitude > Double.MAX_VALUE || Double.isNaN(number)) {
            text.append(Double.toHexString(number));
            return;
        }
        text.append(number < 0 ? "-0x1." : "0x1.");
        long fraction = Double.doubleToRawLongBits(number) & FRACTION;
        int digits = Math.max(1, FRACTION_DIGITS - Long.numberOfTrailingZeros(fraction) / BITS_PER_DIGIT);
        for (int digit = 1; digit <= digits; digit++) {
            text.append(Character.forDigit(
                    (int) (fraction >> BITS_PER_DIGIT * (FRACTION_DIGITS - digit)) & 0xf, 1 << BITS_PER_DIGIT));
        }
        text.append('p').append(Math.getExponent(number));
    }

    private record Component(String name, Method accessor) {
        @Nullable
        Object read(Record rec) {
            try {
                return accessor.invoke(rec);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("the accessors of records can be called: " + accessor, e);
            }
        }
    }
}

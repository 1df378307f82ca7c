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
            StringBuilder text = new StringBuilder(rec.getClass().getSimpleName()).append('[');
            String separator = "";
            for (Component component : COMPONENTS.get(rec.getClass())) {
                text.append(separator).append(component.name()).append('=');
                text.append(canonical(component.read(rec)));
                separator = ",";
            }
            return text.append(']').toString();
        }
        return String.valueOf(value);
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

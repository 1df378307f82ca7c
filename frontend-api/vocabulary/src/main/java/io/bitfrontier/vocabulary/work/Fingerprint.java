package io.bitfrontier.vocabulary.work;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over the canonical text of a record. Records print every component by name in declaration order, which is what
 * makes the text canonical; a component added later changes every fingerprint and so needs a new numerics version.
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
}

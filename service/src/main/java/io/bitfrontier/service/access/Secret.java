package io.bitfrontier.service.access;

import io.bitfrontier.vocabulary.work.Fingerprint;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * The secret of an API token: a prefix by which people and scanners recognise it, and 256 random bits. Only its SHA-256 is stored.
 *
 * @param text shown once, to the one it is for
 */
record Secret(String text) {
    static final String PREFIX = "bft_";

    private static final int BYTES = 32;
    /** 43 letters, digits, '-' or '_' can hold 256 bits. */
    private static final Pattern FORM = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{43,200}");

    private static final SecureRandom RANDOM = new SecureRandom();

    static Secret generate() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new Secret(PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    boolean wellFormed() {
        return FORM.matcher(text).matches();
    }

    String sha256() {
        return Fingerprint.of(text);
    }

    @Override
    public String toString() {
        return "Secret[hidden]";
    }
}

package io.bitfrontier.service.run;

/**
 * A fresh token of an attempt.
 *
 * @param secret what the worker gets, once
 * @param sha256 what is stored
 */
public record AttemptToken(String secret, String sha256) {
    @Override
    public String toString() {
        return "AttemptToken[secret]";
    }
}

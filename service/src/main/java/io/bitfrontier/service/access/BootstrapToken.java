package io.bitfrontier.service.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The first operator: valid as long as its file is configured, and stored nowhere else. Its hash is kept in memory, the secret is
 * not.
 */
@Component
class BootstrapToken {
    private static final String SETTING = "bitfrontier.access.bootstrap-token-file";
    private static final long LARGEST_FILE = 4096;
    private static final Caller CALLER = new Caller("bootstrap", "bootstrap", Grants.ALL, null);

    private final @Nullable String sha256;

    BootstrapToken(AccessSettings settings) {
        Path file = settings.bootstrapTokenFile();
        this.sha256 = file == null ? null : read(file).sha256();
    }

    private static Secret read(Path file) {
        String form = SETTING + " " + file + " must hold " + Secret.PREFIX
                + " and at least 43 random letters, digits, '-' or '_', and nothing else";
        try {
            Secret secret = new Secret(
                    Files.size(file) > LARGEST_FILE
                            ? ""
                            : Files.readString(file, StandardCharsets.US_ASCII).strip());
            if (secret.wellFormed()) {
                return secret;
            }
        } catch (IOException e) {
            throw new AccessNotConfiguredException(
                    SETTING + " " + file + " cannot be read", "Give the service a file it can read: " + form);
        }
        throw new AccessNotConfiguredException(form, "'./bitfrontier token generate FILE' writes such a file");
    }

    boolean configured() {
        return sha256 != null;
    }

    Optional<Caller> caller(Secret secret) {
        return sha256 != null
                        && MessageDigest.isEqual(
                                sha256.getBytes(StandardCharsets.US_ASCII),
                                secret.sha256().getBytes(StandardCharsets.US_ASCII))
                ? Optional.of(CALLER)
                : Optional.empty();
    }
}

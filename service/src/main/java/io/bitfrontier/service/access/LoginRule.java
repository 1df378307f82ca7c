package io.bitfrontier.service.access;

import io.bitfrontier.service.access.AccessSettings.Login;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Decides at start whether callers must log in, and refuses what would let strangers in. */
@Component
class LoginRule {
    private final boolean required;
    private final List<String> reasons;

    LoginRule(AccessSettings settings, Environment environment) {
        List<String> open = new ArrayList<>();
        outside("server.address", environment.getProperty("server.address"), open);
        if (environment.getProperty("management.server.port") != null) {
            outside("management.server.address", environment.getProperty("management.server.address"), open);
        }
        List<String> found = new ArrayList<>(open);
        if (environment.containsProperty("spring.datasource.url")) {
            found.add("spring.datasource.url names a database that others may use");
        }
        if (settings.login() == Login.REQUIRED) {
            found.add("bitfrontier.access.login is required");
        }
        if (settings.login() == Login.NONE && !open.isEmpty()) {
            throw new AccessNotConfiguredException(
                    "Without login the service listens on loopback only, but " + String.join(" and ", open),
                    "Set server.address to 127.0.0.1, or remove bitfrontier.access.login=none and configure who may log in: "
                            + AccessNotConfiguredException.WAYS);
        }
        this.required = settings.login() != Login.NONE && !found.isEmpty();
        this.reasons = List.copyOf(found);
    }

    private static void outside(String setting, @Nullable String address, List<String> found) {
        if (address == null || address.isBlank()) {
            found.add(setting + " is not set, which means every address of this machine");
        } else if (!isLoopback(address)) {
            found.add(setting + " is " + address + ", which is not a loopback address");
        }
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    boolean required() {
        return required;
    }

    /** Why, for people. */
    String reasons() {
        return String.join(", and ", reasons);
    }
}

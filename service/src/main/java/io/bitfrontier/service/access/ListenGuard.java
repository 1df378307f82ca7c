package io.bitfrontier.service.access;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;

/** Before the service listens: where callers must log in, somebody must be able to. */
@Component
class ListenGuard implements SmartInitializingSingleton {
    private static final Logger log = LoggerFactory.getLogger(ListenGuard.class);

    private final LoginRule login;
    private final AccessSettings settings;
    private final BootstrapToken bootstrap;
    private final ApiTokens tokens;

    ListenGuard(LoginRule login, AccessSettings settings, BootstrapToken bootstrap, ApiTokens tokens) {
        this.login = login;
        this.settings = settings;
        this.bootstrap = bootstrap;
        this.tokens = tokens;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (!login.required()) {
            log.info("callers on this machine need no login");
            return;
        }
        if (settings.oidc() == null && !bootstrap.configured() && !tokens.anOperatorExists()) {
            throw new AccessNotConfiguredException(
                    "Callers must log in, because " + login.reasons()
                            + "; but nobody could: no operator's token is stored, and no other login is configured",
                    "Configure who may log in: " + AccessNotConfiguredException.WAYS
                            + ". On a machine of your own, with server.address on loopback, bitfrontier.access.login=none"
                            + " lets every local caller in instead");
        }
        log.info("callers must log in: {}", login.reasons());
    }
}

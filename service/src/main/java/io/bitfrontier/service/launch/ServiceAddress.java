package io.bitfrontier.service.launch;

import java.net.URI;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Where workers reach this service. */
@Component
class ServiceAddress {
    private final LaunchSettings settings;
    private final Environment environment;

    ServiceAddress(LaunchSettings settings, Environment environment) {
        this.settings = settings;
        this.environment = environment;
    }

    /** Known once the web server listens. */
    URI get() {
        if (settings.serviceUrl() != null) {
            return settings.serviceUrl();
        }
        String host = environment.getProperty("server.address", "127.0.0.1");
        String port = environment.getProperty("local.server.port", environment.getProperty("server.port", "8080"));
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    }
}

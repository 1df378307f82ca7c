package io.bitfrontier.service.access;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of a request where nobody logs in. The machine's user is not the only one who can reach loopback: every web page
 * in the user's browser can make it send requests there. A page whose name was bound to 127.0.0.1 meanwhile (DNS rebinding) shows
 * in the {@code Host} header, a page of another site in {@code Origin} and {@code Sec-Fetch-Site}.
 */
final class LoopbackRules {
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");
    private static final Pattern LOOPBACK_HOST = Pattern.compile(
            "(localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1])(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);

    private LoopbackRules() {}

    /**
     * @throws ProblemException FORBIDDEN naming the header
     */
    static void check(HttpServletRequest request) {
        if (!isLoopback(request.getRemoteAddr())) {
            throw refused("it comes from another machine");
        }
        // Only a client without any notion of hosts sends none, and no browser is one.
        String host = request.getHeader("Host");
        if (host != null && !LOOPBACK_HOST.matcher(host).matches()) {
            throw refused("its Host header is '" + host + "'");
        }
        if (READING.contains(request.getMethod())) {
            return;
        }
        String origin = request.getHeader("Origin");
        if (origin != null && !isOwn(origin, host)) {
            throw refused("its Origin is '" + origin + "'");
        }
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !OWN_SITE.contains(site)) {
            throw refused("its Sec-Fetch-Site is '" + site + "'");
        }
    }

    private static boolean isOwn(String origin, @Nullable String host) {
        return host != null
                && (origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host));
    }

    private static boolean isLoopback(String address) {
        try {
            // An address and never a name, so nothing is looked up.
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static ProblemException refused(String why) {
        return new ProblemException(
                ProblemCode.FORBIDDEN,
                "Without login this service answers only programs on its own machine, at localhost, 127.0.0.1 or [::1]; this"
                        + " request is refused, for " + why);
    }
}

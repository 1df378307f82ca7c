package io.bitfrontier.service.access;

import io.bitfrontier.service.problem.ProblemCode;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.ProblemResponder;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Finds out who calls. A token that is not good is refused on every route, also where none is needed. */
class CallerFilter extends OncePerRequestFilter {
    private static final Logger log = LoggerFactory.getLogger(CallerFilter.class);
    private static final String SCHEME = "Bearer ";

    private final LoginRule login;
    private final BootstrapToken bootstrap;
    private final ApiTokens tokens;
    private final OidcCallers oidc;
    private final ProblemResponder responder;

    CallerFilter(
            LoginRule login, BootstrapToken bootstrap, ApiTokens tokens, OidcCallers oidc, ProblemResponder responder) {
        this.login = login;
        this.bootstrap = bootstrap;
        this.tokens = tokens;
        this.oidc = oidc;
        this.responder = responder;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Caller> caller;
        try {
            if (!login.required()) {
                LoopbackRules.check(request);
            }
            // Workers and attempts prove themselves behind the routing, by tokens that are good for nothing else.
            caller = WorkerRoutes.matches(request) ? Optional.empty() : caller(request);
        } catch (ProblemException e) {
            responder.write(request, response, e);
            return;
        }
        caller.ifPresent(known -> {
            SecurityContext context = SecurityContextHolder.createEmptyContext();
            context.setAuthentication(new CallerAuthentication(known));
            SecurityContextHolder.setContext(context);
        });
        chain.doFilter(request, response);
    }

    private Optional<Caller> caller(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        if (header == null) {
            return login.required() ? Optional.empty() : Optional.of(Caller.LOCAL);
        }
        if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw Callers.unknown("The Authorization header must be 'Bearer …'");
        }
        String token = header.substring(SCHEME.length()).strip();
        Optional<Caller> caller = token.startsWith(Secret.PREFIX) ? byApiToken(new Secret(token)) : oidc.caller(token);
        return Optional.of(caller.orElseThrow(() -> Callers.unknown("The token is unknown, expired or revoked")));
    }

    private Optional<Caller> byApiToken(Secret secret) {
        try {
            return secret.wellFormed() ? bootstrap.caller(secret).or(() -> tokens.caller(secret)) : Optional.empty();
        } catch (DataAccessException e) {
            log.warn("the database does not answer: {}", e.toString());
            throw new ProblemException(ProblemCode.UNAVAILABLE, "The database does not answer");
        }
    }
}

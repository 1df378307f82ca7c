package io.bitfrontier.service.access;

import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.problem.ProblemResponder;
import jakarta.servlet.DispatcherType;
import java.util.function.Predicate;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The gate: the filter chain says who calls and closes everything outside the API, {@link Needs} opens its routes. There are no
 * sessions and no cookies, and so nothing that a foreign page could make a browser send along.
 */
@Configuration(proxyBeanMethods = false)
class AccessConfiguration {
    @Bean
    CallerFilter callerFilter(
            LoginRule login, BootstrapToken bootstrap, ApiTokens tokens, OidcCallers oidc, ProblemResponder responder) {
        return new CallerFilter(login, bootstrap, tokens, oidc, responder);
    }

    /** It stands in the security chain, and in no other place. */
    @Bean
    FilterRegistrationBean<CallerFilter> callerFilterRegistration(CallerFilter filter) {
        FilterRegistrationBean<CallerFilter> registration = new FilterRegistrationBean<>(filter);
        registration.setEnabled(false);
        return registration;
    }

    @Bean
    SecurityFilterChain gate(
            HttpSecurity http, CallerFilter callers, AccessSettings settings, ProblemResponder responder)
            throws Exception {
        return http.csrf(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .exceptionHandling(failures -> failures.authenticationEntryPoint(
                                (request, response, e) -> responder.write(request, response, noToken()))
                        .accessDeniedHandler((request, response, e) -> responder.write(
                                request, response, Callers.current().refused(Role.VIEWER, Grants.EVERY_PROJECT))))
                .addFilterBefore(callers, AuthorizationFilter.class)
                .authorizeHttpRequests(routes -> routes.dispatcherTypeMatchers(DispatcherType.ERROR)
                        .permitAll()
                        .requestMatchers("/actuator/health/liveness", "/actuator/health/readiness")
                        .permitAll()
                        .requestMatchers("/actuator/prometheus")
                        .access(allowed(grants -> settings.openMetrics() || grants.everywhere(Role.VIEWER)))
                        .requestMatchers("/actuator/**")
                        .access(allowed(grants -> grants.everywhere(Role.VIEWER)))
                        .requestMatchers(WorkerRoutes.MATCHERS.toArray(RequestMatcher[]::new))
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .build();
    }

    private static ProblemException noToken() {
        return Callers.unknown("This needs a token: send it as 'Authorization: Bearer …'");
    }

    private static AuthorizationManager<RequestAuthorizationContext> allowed(Predicate<Grants> rule) {
        return (authentication, context) -> new AuthorizationDecision(rule.test(
                authentication.get() instanceof CallerAuthentication known
                        ? known.caller().grants()
                        : Grants.NONE));
    }

    /** Puts the audit and then the needs in front of every route, so that refusals are recorded as well. */
    @Configuration(proxyBeanMethods = false)
    static class Web implements WebMvcConfigurer {
        private final AuditInterceptor audit;
        private final NeedsInterceptor needs;

        Web(AuditInterceptor audit, NeedsInterceptor needs) {
            this.audit = audit;
            this.needs = needs;
        }

        @Override
        public void addInterceptors(InterceptorRegistry registry) {
            registry.addInterceptor(audit);
            registry.addInterceptor(needs);
        }
    }
}

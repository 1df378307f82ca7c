package io.bitfrontier.service.worker;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Puts the authentication in front of every route of workers and attempts. */
@Configuration(proxyBeanMethods = false)
class WorkerWebConfiguration implements WebMvcConfigurer {
    private final WorkerAuthentication authentication;

    WorkerWebConfiguration(WorkerAuthentication authentication) {
        this.authentication = authentication;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(authentication).addPathPatterns("/api/v1/workers/**", "/api/v1/attempts/**");
    }
}

package io.bitfrontier.service.config;

import io.bitfrontier.api.model.QualityAxis;
import io.bitfrontier.api.model.RunKind;
import io.bitfrontier.api.model.RunState;
import io.bitfrontier.api.model.SizeAxis;
import org.springframework.context.annotation.Configuration;
import org.springframework.format.FormatterRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Query parameters name the contract's enums by their values, not by their Java names. */
@Configuration(proxyBeanMethods = false)
class ContractEnums implements WebMvcConfigurer {
    @Override
    public void addFormatters(FormatterRegistry registry) {
        registry.addConverter(String.class, SizeAxis.class, SizeAxis::fromValue);
        registry.addConverter(String.class, QualityAxis.class, QualityAxis::fromValue);
        registry.addConverter(String.class, RunKind.class, RunKind::fromValue);
        registry.addConverter(String.class, RunState.class, RunState::fromValue);
    }
}

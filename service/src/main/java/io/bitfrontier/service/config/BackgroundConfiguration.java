package io.bitfrontier.service.config;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Whether scheduled checks run by themselves; tests call them instead. */
@Configuration(proxyBeanMethods = false)
@EnableScheduling
@ConditionalOnProperty(name = "bitfrontier.background", havingValue = "true", matchIfMissing = true)
class BackgroundConfiguration {}

package io.bitfrontier.service.artifact;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** The S3 client and what signs URLs for workers. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "bitfrontier.artifact-store", havingValue = "s3")
@EnableConfigurationProperties(S3Settings.class)
class S3StoreConfiguration {
    @Bean
    S3Client s3Client(S3Settings settings) {
        Duration oneTry = settings.callTimeout().dividedBy(2);
        // A read that waits is not to be interrupted: only its own limit ends it.
        return S3Client.builder()
                .httpClient(
                        UrlConnectionHttpClient.builder().socketTimeout(oneTry).build())
                .region(Region.of(settings.region()))
                .endpointOverride(settings.endpoint())
                .forcePathStyle(settings.pathStyle())
                .overrideConfiguration(
                        calls -> calls.apiCallTimeout(settings.callTimeout()).apiCallAttemptTimeout(oneTry))
                .build();
    }

    @Bean
    S3Presigner s3Presigner(S3Settings settings) {
        URI endpoint = settings.workerEndpoint() != null ? settings.workerEndpoint() : settings.endpoint();
        return S3Presigner.builder()
                .region(Region.of(settings.region()))
                .endpointOverride(endpoint)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(settings.pathStyle())
                        .build())
                .build();
    }
}

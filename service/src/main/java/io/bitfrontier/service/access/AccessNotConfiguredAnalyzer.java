package io.bitfrontier.service.access;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in two lines which settings are missing, instead of the chain of beans that waited for them. */
class AccessNotConfiguredAnalyzer extends AbstractFailureAnalyzer<AccessNotConfiguredException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, AccessNotConfiguredException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
    }
}

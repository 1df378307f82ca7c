package io.bitfrontier.service.database;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in two lines why the service did not start, instead of the chain of beans that waited for the lock. */
class HomeInUseAnalyzer extends AbstractFailureAnalyzer<HomeInUseException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, HomeInUseException cause) {
        return new FailureAnalysis(
                String.valueOf(cause.getMessage()),
                "Stop that service, or set BITFRONTIER_HOME to another directory.",
                cause);
    }
}

package io.bitfrontier.planted.analysis;

import io.bitfrontier.planted.run.Callee;

class CallsAnotherFeature {
    String call() {
        return new Callee().toString();
    }
}

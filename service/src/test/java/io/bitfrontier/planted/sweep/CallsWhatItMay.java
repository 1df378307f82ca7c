package io.bitfrontier.planted.sweep;

import io.bitfrontier.planted.run.Callee;
import io.bitfrontier.planted.run.inner.Inside;

class CallsWhatItMay {
    String call() {
        return new Callee() + " " + new Inside();
    }
}

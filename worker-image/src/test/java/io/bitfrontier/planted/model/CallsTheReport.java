package io.bitfrontier.planted.model;

import io.bitfrontier.planted.report.MaySpeakHttp;

class CallsTheReport {
    Object report() {
        return new MaySpeakHttp();
    }
}

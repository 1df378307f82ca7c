package io.bitfrontier.planted.report;

import java.net.http.HttpClient;

/** Allowed here. */
public class MaySpeakHttp {
    HttpClient client() {
        return HttpClient.newHttpClient();
    }
}

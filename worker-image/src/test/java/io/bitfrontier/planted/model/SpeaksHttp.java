package io.bitfrontier.planted.model;

import java.net.http.HttpClient;

class SpeaksHttp {
    HttpClient client() {
        return HttpClient.newHttpClient();
    }
}

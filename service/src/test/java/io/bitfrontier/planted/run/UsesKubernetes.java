package io.bitfrontier.planted.run;

import io.kubernetes.planted.PlantedClient;

class UsesKubernetes {
    Object client() {
        return new PlantedClient();
    }
}

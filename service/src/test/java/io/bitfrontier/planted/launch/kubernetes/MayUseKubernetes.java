package io.bitfrontier.planted.launch.kubernetes;

import io.kubernetes.planted.PlantedClient;

class MayUseKubernetes {
    Object client() {
        return new PlantedClient();
    }
}

package io.bitfrontier.planted.run;

import org.bytedeco.planted.PlantedTensor;

class UsesLibTorch {
    Object tensor() {
        return new PlantedTensor();
    }
}

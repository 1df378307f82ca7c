package io.bitfrontier.planted.model;

import org.springframework.planted.PlantedContext;

class KnowsSpring {
    Object context() {
        return new PlantedContext();
    }
}

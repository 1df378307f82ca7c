package io.bitfrontier.planted.artifact;

import software.amazon.planted.PlantedObjectStore;

class MayUseAnObjectStore {
    Object client() {
        return new PlantedObjectStore();
    }
}

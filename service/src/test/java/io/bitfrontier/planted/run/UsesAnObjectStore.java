package io.bitfrontier.planted.run;

import software.amazon.planted.PlantedObjectStore;

class UsesAnObjectStore {
    Object client() {
        return new PlantedObjectStore();
    }
}

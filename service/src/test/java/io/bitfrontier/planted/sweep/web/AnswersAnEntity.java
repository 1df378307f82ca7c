package io.bitfrontier.planted.sweep.web;

import io.bitfrontier.planted.plan.PlantedEntity;
import java.util.List;
import org.springframework.web.bind.annotation.RestController;

@RestController
class AnswersAnEntity {
    List<PlantedEntity> all() {
        return List.of();
    }

    String store(PlantedEntity entity) {
        return entity.toString();
    }

    List<String> fine() {
        return List.of();
    }
}

package io.bitfrontier.service.run.web;

import io.bitfrontier.api.StorageApi;
import io.bitfrontier.api.model.Storage;
import io.bitfrontier.service.access.Needs;
import io.bitfrontier.service.access.Needs.On;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.service.problem.ProblemException;
import io.bitfrontier.service.run.StorageQuery;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.RestController;

@RestController
class StorageController implements StorageApi {
    private final StorageQuery storage;
    private final JdbcClient jdbc;

    StorageController(StorageQuery storage, JdbcClient jdbc) {
        this.storage = storage;
        this.jdbc = jdbc;
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.SWEEP)
    public ResponseEntity<Storage> getStorage(@Nullable UUID sweep) {
        if (sweep != null && !exists(sweep)) {
            throw ProblemException.notFound("sweep", sweep);
        }
        StorageQuery.Storage of = storage.of(sweep);
        return ResponseEntity.ok(new Storage(
                of.states(), of.bytes(), of.shared(), of.onTheWay(), of.going(), of.removedStates(), of.removed()));
    }

    private boolean exists(UUID sweep) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM sweep WHERE id = ?)")
                .param(sweep)
                .query(Boolean.class)
                .single();
    }
}

package io.bitfrontier.service.dataset.web;

import io.bitfrontier.api.DatasetsApi;
import io.bitfrontier.api.model.Dataset;
import io.bitfrontier.api.model.DatasetPage;
import io.bitfrontier.api.model.NewDataset;
import io.bitfrontier.service.access.Needs;
import io.bitfrontier.service.access.Needs.On;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.service.dataset.Datasets;
import io.bitfrontier.service.paging.Cursor;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

@RestController
class DatasetsController implements DatasetsApi {
    private final Datasets datasets;

    DatasetsController(Datasets datasets) {
        this.datasets = datasets;
    }

    @Override
    @Needs(value = Role.RESEARCHER, on = On.ANY_PROJECT)
    public ResponseEntity<Dataset> addDataset(NewDataset request) {
        Datasets.Registered registered = datasets.add(request.getProject(), request.getName(), request.getPath());
        return ResponseEntity.status(registered.created() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(answer(registered.dataset()));
    }

    @Override
    @Needs(value = Role.VIEWER, on = On.ANY_PROJECT)
    public ResponseEntity<DatasetPage> listDatasets(@Nullable String cursor, Integer limit) {
        Datasets.Position after =
                Cursor.parse(cursor, 2, key -> new Datasets.Position(key.get(0), Long.parseLong(key.get(1))));
        List<io.bitfrontier.service.dataset.Dataset> found = datasets.list(after, limit + 1);
        DatasetPage page = new DatasetPage();
        page.setItems(Cursor.page(found, limit).stream().map(this::answer).toList());
        page.setNextCursor(Cursor.next(found, limit, dataset -> Cursor.of(dataset.name(), dataset.projectId())));
        return ResponseEntity.ok(page);
    }

    private Dataset answer(io.bitfrontier.service.dataset.Dataset dataset) {
        return DatasetAnswers.dataset(dataset, datasets.projectOf(dataset));
    }
}

package io.bitfrontier.service.dataset.web;

import io.bitfrontier.api.DatasetsApi;
import io.bitfrontier.api.model.Dataset;
import io.bitfrontier.api.model.DatasetPage;
import io.bitfrontier.api.model.NewDataset;
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
    public ResponseEntity<Dataset> addDataset(NewDataset request) {
        Datasets.Registered registered = datasets.add(request.getName(), request.getPath());
        return ResponseEntity.status(registered.created() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(DatasetAnswers.dataset(registered.dataset()));
    }

    @Override
    public ResponseEntity<DatasetPage> listDatasets(@Nullable String cursor, Integer limit) {
        String parsed = Cursor.parse(cursor, 1, parts -> parts.get(0));
        List<io.bitfrontier.service.dataset.Dataset> found = datasets.list(parsed == null ? "" : parsed, limit + 1);
        DatasetPage page = new DatasetPage();
        page.setItems(
                Cursor.page(found, limit).stream().map(DatasetAnswers::dataset).toList());
        page.setNextCursor(Cursor.next(found, limit, dataset -> Cursor.of(dataset.name())));
        return ResponseEntity.ok(page);
    }
}

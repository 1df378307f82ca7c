package io.bitfrontier.service.sweep.web;

import io.bitfrontier.api.CatalogApi;
import io.bitfrontier.api.model.Catalog;
import io.bitfrontier.api.model.CatalogModel;
import io.bitfrontier.api.model.CatalogQuantizer;
import io.bitfrontier.api.model.CatalogSize;
import io.bitfrontier.service.access.Needs;
import io.bitfrontier.service.access.Needs.On;
import io.bitfrontier.service.access.Role;
import io.bitfrontier.vocabulary.Combinations;
import io.bitfrontier.vocabulary.ModelCatalog;
import io.bitfrontier.vocabulary.ModelShape;
import io.bitfrontier.vocabulary.ModelSize;
import io.bitfrontier.vocabulary.Precision;
import io.bitfrontier.vocabulary.Quantizer;
import io.bitfrontier.vocabulary.Scheme;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RestController;

@RestController
class CatalogController implements CatalogApi {
    @Override
    @Needs(value = Role.VIEWER, on = On.ANY_PROJECT)
    public ResponseEntity<Catalog> getCatalog() {
        Catalog catalog = new Catalog();
        catalog.setModels(
                ModelCatalog.entries().stream().map(CatalogController::model).toList());
        catalog.setPrecisions(
                Arrays.stream(Precision.values()).map(Precision::label).toList());
        catalog.setSchemes(Arrays.stream(Scheme.Kind.values())
                .filter(kind -> kind != Scheme.Kind.FULL_PRECISION)
                .map(Scheme.Kind::label)
                .toList());
        catalog.setQuantizers(Arrays.stream(Quantizer.values())
                .map(CatalogController::quantizer)
                .toList());
        return ResponseEntity.ok(catalog);
    }

    private static CatalogModel model(ModelCatalog.Entry entry) {
        ModelShape shape = entry.shape();
        Map<String, CatalogSize> sizes = new LinkedHashMap<>();
        for (Precision precision : Precision.values()) {
            ModelSize size = ModelSize.of(shape, precision);
            sizes.put(precision.label(), new CatalogSize(size.effectiveBytes(), size.packedBytes()));
        }
        return new CatalogModel(
                entry.name(),
                shape.layers(),
                shape.dim(),
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                shape.ffn(),
                shape.vocab(),
                shape.tied(),
                shape.embeddingNorm(),
                shape.linearParameters(),
                shape.embeddingParameters(),
                shape.totalParameters(),
                sizes);
    }

    private static CatalogQuantizer quantizer(Quantizer quantizer) {
        Combinations.Rule rule = Combinations.of(quantizer);
        return new CatalogQuantizer(
                quantizer.label(),
                rule.precisions().stream().sorted().map(Precision::label).toList(),
                rule.schemes().stream().sorted().map(Scheme.Kind::label).toList(),
                quantizer.learnsScale());
    }
}

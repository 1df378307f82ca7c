package io.bitfrontier.service.dataset;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

interface DatasetRepository extends Repository<Dataset, Long> {
    Dataset saveAndFlush(Dataset dataset);

    Optional<Dataset> findByProjectIdAndName(long projectId, String name);

    List<Dataset> findByNameGreaterThanOrderByName(String after, Limit limit);
}

package io.bitfrontier.service.dataset;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface DatasetRepository extends Repository<Dataset, Long> {
    Dataset saveAndFlush(Dataset dataset);

    Optional<Dataset> findByProjectIdAndName(long projectId, String name);

    /** By name and project, after the given key. */
    @Query("""
            select d from Dataset d where d.name > :name or (d.name = :name and d.projectId > :project)
            order by d.name, d.projectId
            """)
    List<Dataset> findAfter(String name, long project, Limit limit);

    /** The same, of some projects. */
    @Query("""
            select d from Dataset d
            where d.projectId in :projects and (d.name > :name or (d.name = :name and d.projectId > :project))
            order by d.name, d.projectId
            """)
    List<Dataset> findAfterIn(Collection<Long> projects, String name, long project, Limit limit);
}

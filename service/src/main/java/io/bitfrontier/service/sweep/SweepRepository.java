package io.bitfrontier.service.sweep;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface SweepRepository extends Repository<Sweep, UUID> {
    Sweep saveAndFlush(Sweep sweep);

    Optional<Sweep> findById(UUID id);

    Optional<Sweep> findByProjectIdAndName(long projectId, String name);

    /** Newest first, after the given key; those of a name, or all where that is null. */
    @Query("""
            select s from Sweep s
            where (:name is null or s.name = :name) and (s.createdAt < :before or (s.createdAt = :before and s.id < :id))
            order by s.createdAt desc, s.id desc
            """)
    List<Sweep> findBefore(@Nullable String name, Instant before, UUID id, Limit limit);

    /** The same, of some projects. */
    @Query("""
            select s from Sweep s
            where s.projectId in :projects and (:name is null or s.name = :name)
              and (s.createdAt < :before or (s.createdAt = :before and s.id < :id))
            order by s.createdAt desc, s.id desc
            """)
    List<Sweep> findBeforeIn(Collection<Long> projects, @Nullable String name, Instant before, UUID id, Limit limit);
}

package io.bitfrontier.service.sweep;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface SweepRepository extends Repository<Sweep, UUID> {
    Sweep saveAndFlush(Sweep sweep);

    Optional<Sweep> findById(UUID id);

    Optional<Sweep> findByProjectIdAndName(long projectId, String name);

    List<Sweep> findByNameOrderByCreatedAtDesc(String name, Limit limit);

    List<Sweep> findByNameAndProjectIdInOrderByCreatedAtDesc(String name, Collection<Long> projects, Limit limit);

    /** Newest first, after the given key. */
    @Query("""
            select s from Sweep s where s.createdAt < :before or (s.createdAt = :before and s.id < :id)
            order by s.createdAt desc, s.id desc
            """)
    List<Sweep> findBefore(Instant before, UUID id, Limit limit);

    /** The same, of some projects. */
    @Query("""
            select s from Sweep s
            where s.projectId in :projects and (s.createdAt < :before or (s.createdAt = :before and s.id < :id))
            order by s.createdAt desc, s.id desc
            """)
    List<Sweep> findBeforeIn(Collection<Long> projects, Instant before, UUID id, Limit limit);
}

package io.bitfrontier.planted.plan;

import jakarta.persistence.Entity;

/** A plan that knows JPA. */
@Entity
public class PlantedEntity {}

package io.bitfrontier.service.plan;

/**
 * A combination of the grid that is no point of its own.
 *
 * @param quantizer label of the choice, {@code paretoq} included
 * @param reason one sentence
 */
public record DroppedPoint(GridPoint point, String quantizer, String reason) {}

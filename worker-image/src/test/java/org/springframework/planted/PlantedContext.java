package org.springframework.planted;

/** Stands for a class of Spring. */
public class PlantedContext {}

package io.kubernetes.planted;

/** Stands for a class of a Kubernetes client. */
public class PlantedClient {}

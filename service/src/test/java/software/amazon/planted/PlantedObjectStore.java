package software.amazon.planted;

/** Stands for the client of an object store. */
public class PlantedObjectStore {}

package io.bitfrontier.planted.run.inner;

/** Public to its own feature only, since it is in a nested package. */
public class Inside {}

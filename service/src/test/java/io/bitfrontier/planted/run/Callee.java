package io.bitfrontier.planted.run;

/** What others call. */
public class Callee {}

package org.bytedeco.planted;

/** Stands for a class of LibTorch. */
public class PlantedTensor {}

package io.bitfrontier.planted.lonely;

class IsNotNullMarked {}

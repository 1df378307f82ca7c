package io.bitfrontier.planted.unmarked;

class IsNotNullMarked {}
